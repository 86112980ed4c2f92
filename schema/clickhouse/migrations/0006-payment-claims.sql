-- What browsers claimed: a page was opened with a Checkout Session's id in its address. Written by the collector and
-- never changed. Each row carries the visit's attributes, so that a payment needs no join to know what earned it.
CREATE TABLE payment_claims (
  site_id UInt32,
  stripe_session_id String,
  claimed_at DateTime64(3, 'UTC'),
  inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
  claim_id UUID,
  batch_id UInt64,
  day Date COMMENT 'site-local day on which the visit began',
  visitor_id UInt64,
  session_id UInt64,
  confidence LowCardinality(String) COMMENT 'same_visit, or same_visitor when an ended visit was continued',
  hostname LowCardinality(String),
  entry_page String,
  referrer String,
  source LowCardinality(String),
  channel LowCardinality(String),
  utm_source LowCardinality(String),
  utm_medium LowCardinality(String),
  utm_campaign LowCardinality(String),
  utm_content LowCardinality(String),
  utm_term LowCardinality(String),
  country LowCardinality(String),
  region LowCardinality(String),
  city LowCardinality(String),
  browser LowCardinality(String),
  browser_version LowCardinality(String),
  os LowCardinality(String),
  os_version LowCardinality(String),
  device LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY (site_id, stripe_session_id, claimed_at)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
