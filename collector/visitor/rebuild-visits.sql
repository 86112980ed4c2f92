-- The latest state of each visit that was active since a moment and began at most a day before it. The table sessions is
-- filled by the inserts of events, so it knows every delivered event.
SELECT
  site_id,
  visitor_id,
  session_id,
  day,
  max(ended_at) AS last_at,
  max(events) AS events,
  max(pageviews) AS pageviews,
  max(interactions) AS interactions,
  any(hostname) AS hostname,
  any(entry_page) AS entry_page,
  any(referrer) AS referrer,
  any(source) AS source,
  any(channel) AS channel,
  any(utm_source) AS utm_source,
  any(utm_medium) AS utm_medium,
  any(utm_campaign) AS utm_campaign,
  any(utm_content) AS utm_content,
  any(utm_term) AS utm_term,
  any(country) AS country,
  any(region) AS region,
  any(city) AS city,
  any(browser) AS browser,
  any(browser_version) AS browser_version,
  any(os) AS os,
  any(os_version) AS os_version,
  any(device) AS device
FROM sessions
WHERE visitor_id != 0
  AND session_id >= bitShiftLeft(toUInt64({since:UInt64} - 86400000), 20)
GROUP BY site_id, day, visitor_id, session_id
HAVING last_at >= fromUnixTimestamp64Milli(toInt64({since:UInt64}), 'UTC')
ORDER BY last_at DESC
LIMIT {limit:UInt32}
