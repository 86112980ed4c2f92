-- One row a visitor and day in a test, fed by exposures_from_events. Minima and argMin only: a replay changes nothing.
CREATE TABLE exposures (
  site_id UInt32,
  experiment_id UInt32,
  phase UInt16,
  day Date,
  visitor_id UInt64,
  exposed_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  variant AggregateFunction(argMin, LowCardinality(String), DateTime64(3, 'UTC')) COMMENT 'the first seen',
  variant_least SimpleAggregateFunction(min, String) COMMENT 'differs from variant_most for who saw two',
  variant_most SimpleAggregateFunction(max, String),
  device SimpleAggregateFunction(any, LowCardinality(String)),
  source SimpleAggregateFunction(any, LowCardinality(String)),
  country SimpleAggregateFunction(any, LowCardinality(String))
)
ENGINE = AggregatingMergeTree
ORDER BY (site_id, experiment_id, phase, day, visitor_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
