-- How a site is connected to its payment provider. Written by the dashboard alone. The key is encrypted; key_hint is
-- what may be shown of it.
CREATE TABLE revenue_connections (
  site_id UInt32,
  provider LowCardinality(String),
  method LowCardinality(String),
  sealed_key String COMMENT 'base64 of schema/sealed-secret.ts; empty when disconnected',
  key_hint String,
  livemode Bool,
  account_id String,
  connected_at DateTime64(3, 'UTC'),
  deleted Bool,
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (site_id, provider)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
