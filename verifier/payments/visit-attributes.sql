-- Visits by id. The days bound the read: a visit's id holds its start, and its local day is at most one away from that
-- in UTC.
SELECT
  session_id,
  visitor_id,
  day AS visit_day,
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
WHERE site_id = {site_id:UInt32}
  AND day IN {days:Array(Date)}
  AND session_id IN {session_ids:Array(UInt64)}
GROUP BY session_id, visitor_id, day
ORDER BY session_id, visitor_id
LIMIT 1 BY session_id
