-- Payments of an account that serves several sites, where nothing says whose they are (ruling 17). The latest version
-- wins; one that is assigned later says to which site. Written by the verifier alone.
CREATE TABLE unassigned_payments (
  account_id String,
  livemode Bool,
  payment_id String,
  site_ids Array(UInt32) COMMENT 'the sites that share the account',
  charged_at DateTime64(3, 'UTC'),
  amount Int64,
  currency LowCardinality(String),
  payment_intent_id String,
  payment_link_id String,
  reason String COMMENT 'why no site was chosen, in the words of the owner',
  assigned_site_id UInt32 COMMENT '0 while unassigned',
  verified_at DateTime64(3, 'UTC'),
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (account_id, livemode, payment_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
