-- One row a dispute, on its own day; the latest version wins. deducted is what counts now: only a lost dispute takes
-- money, an inquiry (warning_*) takes none. Written by the verifier alone.
CREATE TABLE disputes (
  site_id UInt32,
  dispute_id String COMMENT 'du_ or dp_ id',
  payment_id String,
  provider LowCardinality(String),
  account_id String,
  livemode Bool,
  status LowCardinality(String) COMMENT 'as Stripe has it: needs_response, under_review, won, lost, warning_..., ...',
  reason LowCardinality(String),
  disputed_at DateTime64(3, 'UTC'),
  day Date COMMENT 'site-local day on which it was opened',
  amount Int64,
  currency LowCardinality(String),
  deducted Int64 COMMENT 'amount when lost, else 0',
  settled_deducted Nullable(Int64) COMMENT 'what left the balance for good; NULL while unknown',
  settled_currency LowCardinality(String),
  fee Nullable(Int64) COMMENT 'the dispute fees so far, in settled_currency',
  verified_at DateTime64(3, 'UTC'),
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site_id, dispute_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
