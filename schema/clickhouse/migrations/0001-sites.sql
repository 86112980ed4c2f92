-- The sites whose events are collected. Written by the dashboard alone; read by everyone.
CREATE TABLE sites (
  site_id UInt32,
  domain String,
  hosts Array(String) COMMENT 'further hosts that show the site, such as a staging host',
  timezone String,
  timezone_next String COMMENT 'a changed zone, in force from timezone_next_at (a local midnight)',
  timezone_next_at DateTime64(3, 'UTC'),
  currency LowCardinality(String) COMMENT 'ISO 4217 code, lower case',
  reference_key String COMMENT 'hexadecimal; signs the visit references given to Stripe',
  payment_link_hosts Array(String) COMMENT 'custom domains of Payment Links beside buy.stripe.com',
  honour_gpc Bool,
  revenue_attribution Bool,
  created_at DateTime64(3, 'UTC'),
  deleted Bool,
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY site_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
