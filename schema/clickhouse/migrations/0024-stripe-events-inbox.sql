-- Events that Stripe pushed to the dashboard and whose signature held; ids only, no personal data. Written by the
-- dashboard alone, handled by the verifier, which asks Stripe for the object itself.
CREATE TABLE stripe_events_inbox (
  site_id UInt32,
  event_id String,
  type LowCardinality(String),
  object_id String,
  received_at DateTime64(3, 'UTC'),
  inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (site_id, event_id)
TTL toDateTime(inserted_at) + INTERVAL 35 DAY
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
