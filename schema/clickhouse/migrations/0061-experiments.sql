-- Split tests. Written by the dashboard alone; the collector serves those that run.
CREATE TABLE experiments (
  site_id UInt32,
  experiment_id UInt32,
  name String,
  status LowCardinality(String) COMMENT 'draft, running, paused, stopped or archived',
  phase UInt16 COMMENT 'starts at 1; a change of variants, weights, coverage, page or kind starts the next',
  serving String COMMENT 'JSON of schema/experiment/experiment.ts',
  plan String COMMENT 'JSON: goals, cap, minimal lift, mode, planned visitors and days, of the dashboard',
  phase_started_at Nullable(DateTime64(3, 'UTC')),
  stopped_at Nullable(DateTime64(3, 'UTC')),
  outcomes String COMMENT 'JSON: what was decided once for all',
  created_at DateTime64(3, 'UTC'),
  deleted Bool,
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site_id, experiment_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
