-- What each visitor of a split test paid, kept beside experiment_sums: its rows of a day count when their run_id is the
-- latest of that day there. 'paid' tells the currency and the mode.
CREATE TABLE experiment_buyers (
  site_id UInt32,
  experiment_id UInt32,
  phase UInt16,
  paid String,
  day Date,
  visitor_id UInt64,
  variant LowCardinality(String),
  device LowCardinality(String),
  source LowCardinality(String),
  country LowCardinality(String),
  orders UInt32 COMMENT 'of which something is kept',
  deducted Int64 COMMENT 'refunds and lost disputes, as they were priced',
  total Int64 COMMENT 'minor units, after refunds and lost disputes',
  largest_order Int64,
  run_id UInt64
)
ENGINE = ReplacingMergeTree(run_id)
ORDER BY (site_id, experiment_id, phase, paid, day, visitor_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
