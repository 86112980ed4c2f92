-- How far a site's payments are known to agree with Stripe. sums compares the last whole window that was swept, for the
-- whole account: ours are those of all its sites, the unassigned ones counted apart. Written by the verifier alone.
CREATE TABLE reconciliation (
  site_id UInt32,
  account_id String,
  livemode Bool,
  swept_until DateTime64(3, 'UTC') COMMENT 'everything before is reconciled',
  last_run_at DateTime64(3, 'UTC'),
  last_result LowCardinality(String) COMMENT 'equal, different or failed',
  detail String COMMENT 'in the words of the owner',
  window_from DateTime64(3, 'UTC'),
  window_until DateTime64(3, 'UTC'),
  sums Array(Tuple(
    currency String,
    stripe_gross Int64,
    gross Int64,
    unassigned_gross Int64,
    stripe_refunded Int64,
    refunded Int64,
    stripe_lost Int64,
    lost Int64
  )) COMMENT 'minor units; refunded and lost leave out those of unassigned payments on both sides',
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site_id, livemode)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
