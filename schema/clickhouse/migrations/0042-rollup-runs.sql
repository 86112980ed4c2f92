-- The finished computations of traffic_daily and revenue_daily; the latest of a kind, site and day counts. source says
-- what was read, so that a day whose facts have changed since is told from one that is done. Written by the verifier alone.
CREATE TABLE rollup_runs (
  kind LowCardinality(String) COMMENT 'traffic or revenue',
  site_id UInt32,
  day Date,
  run_id UInt64,
  source UInt64 COMMENT 'traffic: the number of events; revenue: a hash of the payments, refunds and disputes',
  left_out Array(LowCardinality(String)) COMMENT 'dimensions with too many values on this day; they are read from facts',
  finished_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(run_id)
ORDER BY (kind, site_id, day)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
