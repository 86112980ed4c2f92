-- Claims that an owner wants looked up again. Written by the dashboard alone; the verifier asks Stripe once for each.
CREATE TABLE claim_retries (
  site_id UInt32,
  stripe_session_id String,
  user_id UInt64,
  inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (site_id, stripe_session_id)
TTL toDateTime(inserted_at) + INTERVAL 30 DAY
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
