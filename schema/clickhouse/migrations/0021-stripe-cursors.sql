-- How far the verifier has read an account's lists. Written by the verifier alone; the latest version wins.
CREATE TABLE stripe_cursors (
  account String COMMENT 'acct_.../live or acct_.../test',
  list LowCardinality(String) COMMENT 'events, or sweep',
  covered_from DateTime64(3, 'UTC'),
  covered_until DateTime64(3, 'UTC'),
  read_at DateTime64(3, 'UTC'),
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (account, list)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
