-- What was asked of Stripe, by day. A run of the verifier writes its own growing counts, so a repeated write is
-- harmless; a reader adds up the latest counts of each run. site_id 0 is what was asked for a whole account.
CREATE TABLE stripe_reads (
  day Date COMMENT 'UTC',
  account String COMMENT 'acct_.../live or acct_.../test',
  site_id UInt32,
  run_id UInt64,
  reads UInt64 COMMENT 'requests in all',
  misses UInt64 COMMENT 'about ids that Stripe does not know',
  rate_limited UInt64 COMMENT 'answered with 429',
  failed UInt64 COMMENT 'without a usable answer',
  last_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(reads)
ORDER BY (day, account, site_id, run_id)
TTL day + INTERVAL 400 DAY
