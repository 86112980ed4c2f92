-- The money of a site's whole local days, by the values of each dimension, as traffic_daily has the traffic. A payment
-- counts on the day of its charge, a refund and a lost dispute on their own, under the visit that earned the payment.
-- Amounts are minor units: in currency as it was priced, in settled_currency as it was settled. Which of the two counts
-- is decided when it is read, so that a site's currency may change.
CREATE TABLE revenue_daily (
  site_id UInt32,
  livemode Bool,
  dimension LowCardinality(String) COMMENT 'as the API names it, or total',
  day Date,
  value String CODEC(ZSTD(1)),
  run_id UInt64 COMMENT 'of one site and day',
  currency LowCardinality(String),
  settled_currency LowCardinality(String) COMMENT 'empty while unknown; the settled amounts are then 0',
  orders UInt64 COMMENT 'payments above zero' CODEC(T64, LZ4),
  paying_visits UInt64 COMMENT 'orders that are the first of their visit' CODEC(T64, LZ4),
  gross Int64 CODEC(T64, LZ4),
  settled_gross Int64 CODEC(T64, LZ4),
  refunded Int64 CODEC(T64, LZ4),
  settled_refunded Int64 CODEC(T64, LZ4),
  lost Int64 COMMENT 'to disputes' CODEC(T64, LZ4),
  settled_lost Int64 CODEC(T64, LZ4)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site_id, livemode, dimension, day, value)
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1
