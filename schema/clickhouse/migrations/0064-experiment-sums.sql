-- Sums of a split test by day of exposure, kept so that a results page adds up only days that changed. The rows of a day
-- and goal with the latest run_id count; 'goal' is a digest of what was counted, '' of visitors alone.
CREATE TABLE experiment_sums (
  site_id UInt32,
  experiment_id UInt32,
  phase UInt16,
  goal String,
  day Date,
  dimension LowCardinality(String) COMMENT 'device, source, country, or empty for the whole',
  value String,
  variant LowCardinality(String),
  visitors UInt64,
  several_variants UInt64 COMMENT 'left out of visitors',
  converters UInt64,
  run_id UInt64
)
ENGINE = ReplacingMergeTree(run_id)
ORDER BY (site_id, experiment_id, phase, goal, day, dimension, value, variant)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
