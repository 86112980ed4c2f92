-- What counts as success on a site. Written by the dashboard alone; read by the collector for goals in the page.
CREATE TABLE goals (
  site_id UInt32,
  goal_id UInt32,
  name String,
  target String COMMENT 'JSON of schema/experiment/goal.ts',
  created_at DateTime64(3, 'UTC'),
  deleted Bool,
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site_id, goal_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
