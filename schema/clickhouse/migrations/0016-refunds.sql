-- One row a refund, on its own day; the latest version wins. deducted is what counts now: a refund that failed after all
-- takes nothing. Written by the verifier alone.
CREATE TABLE refunds (
  site_id UInt32,
  refund_id String COMMENT 're_ or ext: id',
  payment_id String,
  provider LowCardinality(String),
  account_id String,
  livemode Bool,
  status LowCardinality(String) COMMENT 'pending, requires_action, succeeded, failed or canceled',
  refunded_at DateTime64(3, 'UTC'),
  day Date COMMENT 'site-local day of the refund',
  amount Int64 COMMENT 'as asked for',
  currency LowCardinality(String),
  deducted Int64 COMMENT 'amount, or 0 when it failed or was cancelled',
  settled_deducted Nullable(Int64) COMMENT 'what left the balance; NULL while unknown',
  settled_currency LowCardinality(String),
  fee Nullable(Int64) COMMENT 'in settled_currency',
  verified_at DateTime64(3, 'UTC'),
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site_id, refund_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
