-- Up to when the sums of a split test are kept. A day with events inserted later than summed_through has to be added up
-- again, unless it had as many of them when it was.
CREATE TABLE experiment_runs (
  site_id UInt32,
  experiment_id UInt32,
  phase UInt16,
  goal String,
  run_id UInt64 COMMENT 'microseconds since 1970',
  summed_through DateTime64(3, 'UTC') COMMENT 'by the engine''s clock, as inserted_at',
  later Map(Date, UInt64) COMMENT 'by day, a fingerprint of facts inserted after summed_through that the kept sums hold'
)
ENGINE = ReplacingMergeTree(run_id)
ORDER BY (site_id, experiment_id, phase, goal)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
