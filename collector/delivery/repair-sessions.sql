INSERT INTO sessions
SELECT
  site_id,
  day,
  visitor_id,
  session_id,
  min(fromUnixTimestamp64Milli(toInt64(bitShiftRight(session_id, 20)), 'UTC')) AS started_at,
  max(received_at) AS ended_at,
  max(e.inserted_at) AS inserted_at,
  max(event_no) AS events,
  max(pageview_no) AS pageviews,
  max(interaction_no) AS interactions,
  any(hostname) AS hostname,
  any(entry_page) AS entry_page,
  argMaxState(pathname, pageview_no) AS exit_page,
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
FROM events AS e
WHERE batch_id = {batch_id:UInt64}
  AND received_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
  AND received_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY site_id, day, visitor_id, session_id
