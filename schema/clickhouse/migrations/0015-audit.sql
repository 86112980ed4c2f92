-- Who changed what: settings, keys, logins. No secrets, no addresses.
CREATE TABLE audit (
  at DateTime64(3, 'UTC'),
  user_id UInt64,
  site_id UInt32,
  action LowCardinality(String),
  detail String
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (site_id, at)
TTL toDateTime(at) + INTERVAL 2 YEAR
