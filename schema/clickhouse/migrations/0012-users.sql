CREATE TABLE users (
  user_id UInt64,
  email String,
  password_hash String COMMENT 'argon2id',
  role LowCardinality(String),
  created_at DateTime64(3, 'UTC'),
  deleted Bool,
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY user_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
