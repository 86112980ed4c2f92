-- How the last requests with a site's key went. Written by the verifier alone.
CREATE TABLE connection_health (
  site_id UInt32,
  provider LowCardinality(String),
  state LowCardinality(String) COMMENT 'ok, key_rejected, permission_missing, rate_limited or unreachable',
  detail String,
  checked_at DateTime64(3, 'UTC'),
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site_id, provider)
