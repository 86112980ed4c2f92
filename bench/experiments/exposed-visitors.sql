-- One day of a test's visitors: each sees the page and is exposed, half look at another page, one in twelve signs up.
-- The same seed and day give the same rows.
INSERT INTO events (
  site_id, day, name, visitor_id, session_id, received_at, inserted_at, event_id, batch_id, event_no, pageview_no,
  interaction_no, hostname, pathname, entry_page, source, channel, country, browser, os, device, props
)
WITH
  (salt) -> cityHash64({seed:UInt64}, {day:Date}, number, salt) AS hash,
  (salt) -> hash(salt) / 18446744073709551615. AS part
SELECT
  {site_id:UInt32},
  {day:Date} AS day,
  event.2 AS name,
  visitor_id,
  session_id,
  fromUnixTimestamp64Milli(toInt64(started_ms + event.1 * 9000), 'UTC') AS received_at,
  received_at + INTERVAL 1 SECOND AS inserted_at,
  generateUUIDv4(),
  toUInt64({day:Date}),
  event.1,
  event.3,
  event.1,
  'shop.example',
  event.4,
  '/pricing',
  source,
  'Organic Search',
  country,
  'Chrome',
  'Windows',
  device,
  if(name = 'exposure', map('experiment', toString({experiment_id:UInt32}), 'phase', '1', 'variant', variant), map())
FROM (
  SELECT
    number,
    hash(1) AS visitor_id,
    toUnixTimestamp({day:Date}) * 1000 + toUInt64(part(2) * 86000000) AS started_ms,
    bitShiftLeft(started_ms, 20) + hash(3) % 1048576 AS session_id,
    ['a', 'b'][1 + hash(4) % 2] AS variant,
    arrayConcat(
      [(1, 'pageview', 1, '/pricing'), (2, 'exposure', 1, '/pricing')],
      if(hash(5) % 2 = 0, [(3, 'pageview', 2, '/about')], []),
      if(hash(6) % 1200 < if(variant = 'a', 100, 108), [(4, 'Signup', 2, '/pricing')], [])
    ) AS events,
    if(hash(7) % 3 = 0, '', concat('Source ', toString(toUInt32(pow(part(8), 3) * 60)))) AS source,
    substring('USDEGBFRINBRCAJPESITNLSEAUMXPLKRTRIDCHBEDKNOFIATIEPTGRCZROHUZAARCLCOTHVNPHMYSGNZILAEEGNG', 1 + 2 * toUInt32(pow(part(9), 3) * 44), 2) AS country,
    ['desktop', 'mobile', 'tablet'][1 + toUInt32(pow(part(10), 1.5) * 3)] AS device
  FROM numbers({visitors:UInt64})
)
ARRAY JOIN events AS event
