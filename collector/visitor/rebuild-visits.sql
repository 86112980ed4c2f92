-- The next page of visits, going back in time from a moment. The table sessions is filled by the inserts of events, so
-- it knows every delivered event; a visit whose parts are not merged yet comes several times. The subquery finds where
-- the page ends in one narrow column, because sorting whole rows costs seconds at a million; rows of its last
-- millisecond all belong to the page, so that the next one can begin before it. 64-bit numbers are text, because the
-- reader may not ask for quotes.
WITH (
  SELECT min(ended_at)
  FROM (
    SELECT ended_at
    FROM sessions
    WHERE visitor_id != 0
      AND day >= toDate(fromUnixTimestamp64Milli(toInt64({since:UInt64} - 86400000), 'UTC')) - 1
      AND session_id >= bitShiftLeft(toUInt64({since:UInt64} - 86400000), 20)
      AND ended_at >= fromUnixTimestamp64Milli(toInt64({since:UInt64}), 'UTC')
      AND ended_at < fromUnixTimestamp64Milli(toInt64({until:UInt64}), 'UTC')
    ORDER BY ended_at DESC
    LIMIT {limit:UInt32}
  )
) AS oldest
SELECT
  site_id,
  toString(visitor_id),
  toString(session_id),
  toUInt16(day),
  toString(toUnixTimestamp64Milli(ended_at)),
  events,
  pageviews,
  interactions,
  hostname,
  entry_page,
  referrer,
  source,
  channel,
  utm_source,
  utm_medium,
  utm_campaign,
  utm_content,
  utm_term,
  country,
  region,
  city,
  browser,
  browser_version,
  os,
  os_version,
  device
FROM sessions
WHERE visitor_id != 0
  AND day >= toDate(fromUnixTimestamp64Milli(toInt64({since:UInt64} - 86400000), 'UTC')) - 1
  AND session_id >= bitShiftLeft(toUInt64({since:UInt64} - 86400000), 20)
  AND ended_at >= greatest(oldest, fromUnixTimestamp64Milli(toInt64({since:UInt64}), 'UTC'))
  AND ended_at < fromUnixTimestamp64Milli(toInt64({until:UInt64}), 'UTC')
ORDER BY ended_at DESC
