-- The facts. `day` is the site-local day on which the visit began: a visit that runs across midnight belongs whole to
-- that day, as its visitor id does, so that days add up exactly. batch_id names the sealed batch of a journal, so that
-- a replay after an unconfirmed insert can count what arrived.
CREATE TABLE events (
  site_id UInt32,
  day Date,
  name LowCardinality(String),
  visitor_id UInt64,
  session_id UInt64 COMMENT 'start of the visit in ms << 20 | random',
  received_at DateTime64(3, 'UTC'),
  inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
  event_id UUID,
  batch_id UInt64,
  event_no UInt32 COMMENT 'running number of this event in its visit, from 1',
  pageview_no UInt32 COMMENT 'pageviews of the visit so far, this event included',
  interaction_no UInt32 COMMENT 'interactive events of the visit so far, pageviews included',
  hostname LowCardinality(String),
  pathname String CODEC(ZSTD(1)),
  entry_page String CODEC(ZSTD(1)),
  referrer String COMMENT 'host and path, never the query' CODEC(ZSTD(1)),
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
  device LowCardinality(String),
  props Map(String, String) CODEC(ZSTD(1)),
  revenue_amount Int64 COMMENT 'minor units, as the page said it; verified revenue is in payments',
  revenue_currency LowCardinality(String),
  engagement_ms UInt32,
  scroll_depth UInt8
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (site_id, day, name, visitor_id, session_id, received_at)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1
