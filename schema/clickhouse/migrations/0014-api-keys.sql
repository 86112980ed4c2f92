CREATE TABLE api_keys (
  key_id UInt64,
  user_id UInt64,
  name String,
  key_hash FixedString(64) COMMENT 'SHA-256 of the key, hexadecimal',
  key_hint String,
  scope LowCardinality(String) COMMENT 'read or manage',
  created_at DateTime64(3, 'UTC'),
  deleted Bool,
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY key_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
