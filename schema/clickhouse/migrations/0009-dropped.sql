-- What the collector dropped, counted by reason. A run of a collector writes its own growing count, so a repeated
-- write is harmless; a reader adds up the latest count of each run. site_id 0 is traffic of no known site.
CREATE TABLE dropped (
  site_id UInt32,
  day Date,
  reason LowCardinality(String),
  run_id UInt64,
  count UInt64,
  last_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(count)
ORDER BY (site_id, day, reason, run_id)
