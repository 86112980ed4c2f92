-- Payments that an owner's own server reported (POST /api/sites/:domain/payments). Written by the dashboard alone; a
-- repeated or corrected report is a higher version. The verifier copies them to payments and refunds.
CREATE TABLE external_payments (
  site_id UInt32,
  payment_id String COMMENT 'ext: and what the idempotency key gives',
  provider LowCardinality(String) COMMENT 'as the owner names it',
  livemode Bool,
  kind LowCardinality(String) COMMENT 'one_off, first or renewal',
  charged_at DateTime64(3, 'UTC'),
  amount Int64 COMMENT 'minor units, tax included',
  currency LowCardinality(String),
  settled_amount Nullable(Int64),
  settled_currency LowCardinality(String),
  fee Nullable(Int64) COMMENT 'in settled_currency',
  refunded_amount Int64 COMMENT 'in all so far, in currency',
  refunded_at Nullable(DateTime64(3, 'UTC')) COMMENT 'of the last refund',
  visit_reference String COMMENT 'window.revtrail.visitId of the buyer; empty when unknown',
  received_at DateTime64(3, 'UTC'),
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site_id, payment_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
