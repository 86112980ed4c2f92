-- The random salts of visitor ids, one a local day. A partition a day, so that DROP PARTITION really destroys it.
-- When two were made for a day, everyone uses the smallest (created_at, salt).
CREATE TABLE salts (
  day Date,
  created_at DateTime64(3, 'UTC'),
  salt FixedString(64) COMMENT '32 bytes in hexadecimal'
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY (day, created_at, salt)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
