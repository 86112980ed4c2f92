CREATE TABLE logins (
  login_hash FixedString(64) COMMENT 'SHA-256 of the cookie, hexadecimal',
  user_id UInt64,
  created_at DateTime64(3, 'UTC'),
  last_seen_at DateTime64(3, 'UTC'),
  deleted Bool,
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY login_hash
TTL toDateTime(created_at) + INTERVAL 8 DAY
