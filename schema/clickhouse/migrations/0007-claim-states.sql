-- What became of each claimed Checkout Session. Written by the verifier alone; the latest version wins.
CREATE TABLE claim_states (
  site_id UInt32,
  stripe_session_id String,
  state LowCardinality(String),
  reason String COMMENT 'what happened and what comes next, in the words of the owner',
  attempts UInt32,
  first_claimed_at DateTime64(3, 'UTC'),
  next_attempt_at Nullable(DateTime64(3, 'UTC')) COMMENT 'NULL when no further attempt is planned',
  payment_id String COMMENT 'empty until paid',
  verified_at DateTime64(3, 'UTC'),
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site_id, stripe_session_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
