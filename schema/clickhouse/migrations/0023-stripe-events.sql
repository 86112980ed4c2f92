-- The events that were handled, so that each is handled once whether it was polled, pushed or both.
CREATE TABLE stripe_events (
  event_id String,
  account String COMMENT 'acct_.../live or acct_.../test',
  type LowCardinality(String),
  object_id String,
  via LowCardinality(String) COMMENT 'poll or webhook',
  outcome LowCardinality(String) COMMENT 'handled, ignored or foreign',
  handled_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(handled_at)
ORDER BY event_id
TTL toDateTime(handled_at) + INTERVAL 40 DAY
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
