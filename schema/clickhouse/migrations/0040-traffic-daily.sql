-- The traffic of a site's whole local days, by the values of each dimension. Written by the verifier alone, a day at a
-- time: rows of a run that rollup_runs does not name (superseded, or ended by a kill) count nothing. A run may write
-- several rows of a value, which add up.
CREATE TABLE traffic_daily (
  site_id UInt32,
  dimension LowCardinality(String) COMMENT 'as the API names it, or total',
  day Date,
  value String CODEC(ZSTD(1)),
  run_id UInt64 COMMENT 'of one site and day',
  visitors UInt64 COMMENT 'visits without a visitor id count none' CODEC(T64, LZ4),
  visits UInt64 CODEC(T64, LZ4),
  pageviews UInt64 COMMENT 'those of the value, where it is a page or an event' CODEC(T64, LZ4),
  events UInt64 CODEC(T64, LZ4),
  visit_pageviews UInt64 COMMENT 'of the whole visits' CODEC(T64, LZ4),
  bounces UInt64 CODEC(T64, LZ4),
  duration_ms Int64 CODEC(T64, LZ4)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, dimension, day, value)
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1
