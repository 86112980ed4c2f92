-- One row a visit, fed by sessions_from_events. Every column is a minimum, maximum, argMin or argMax or is the same on
-- each event of the visit, never a sum: a replayed event changes nothing.
CREATE TABLE sessions (
  site_id UInt32,
  day Date,
  visitor_id UInt64,
  session_id UInt64,
  started_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  ended_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  inserted_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  events SimpleAggregateFunction(max, UInt32),
  pageviews SimpleAggregateFunction(max, UInt32),
  interactions SimpleAggregateFunction(max, UInt32),
  hostname SimpleAggregateFunction(any, LowCardinality(String)),
  entry_page SimpleAggregateFunction(any, String) CODEC(ZSTD(1)),
  exit_page AggregateFunction(argMax, String, UInt32) COMMENT 'the pathname of the last pageview',
  referrer SimpleAggregateFunction(any, String) CODEC(ZSTD(1)),
  source SimpleAggregateFunction(any, LowCardinality(String)),
  channel SimpleAggregateFunction(any, LowCardinality(String)),
  utm_source SimpleAggregateFunction(any, LowCardinality(String)),
  utm_medium SimpleAggregateFunction(any, LowCardinality(String)),
  utm_campaign SimpleAggregateFunction(any, LowCardinality(String)),
  utm_content SimpleAggregateFunction(any, LowCardinality(String)),
  utm_term SimpleAggregateFunction(any, LowCardinality(String)),
  country SimpleAggregateFunction(any, LowCardinality(String)),
  region SimpleAggregateFunction(any, LowCardinality(String)),
  city SimpleAggregateFunction(any, LowCardinality(String)),
  browser SimpleAggregateFunction(any, LowCardinality(String)),
  browser_version SimpleAggregateFunction(any, LowCardinality(String)),
  os SimpleAggregateFunction(any, LowCardinality(String)),
  os_version SimpleAggregateFunction(any, LowCardinality(String)),
  device SimpleAggregateFunction(any, LowCardinality(String))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(fromUnixTimestamp64Milli(toInt64(bitShiftRight(session_id, 20)), 'UTC'))
ORDER BY (site_id, day, visitor_id, session_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
