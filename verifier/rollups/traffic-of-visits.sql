-- Each visit under each value that it has. Visits are made of the events themselves, as sessions_from_events makes them,
-- so that a day is what its events say even where a kill kept the view from writing. The attributes are those of any
-- event of the visit, since all have the same: one row a visit takes half of the time and a third of the memory that
-- twenty any() take. A visitor lies whole in one slice, and so does a visit without a visitor.
INSERT INTO traffic_daily (
  site_id, day, dimension, value, run_id, visitors, visits, pageviews, events, visit_pageviews, bounces, duration_ms
)
SELECT
  site_id,
  day,
  held.1 AS dimension,
  held.2 AS value,
  transform(bitShiftLeft(toUInt64(site_id), 16) + toUInt16(day), {keys:Array(UInt64)}, {run_ids:Array(UInt64)}, 0) AS run_id,
  uniqExactIf(visitor_id, visitor_id != 0) AS visitors,
  count() AS visits,
  sum(whole_pageviews) AS pageviews,
  sum(whole_events) AS events,
  sum(whole_pageviews) AS visit_pageviews,
  countIf(whole_interactions <= 1) AS bounces,
  sum(duration) AS duration_ms
FROM (
  SELECT
    site_id, day, visitor_id, session_id, entry_page, referrer, source, channel, utm_source, utm_medium, utm_campaign,
    utm_content, utm_term, country, region, city, browser, browser_version, os, os_version, device
  FROM events
  WHERE (site_id, day) IN (SELECT arrayJoin(arrayZip({site_ids:Array(UInt32)}, {days:Array(Date)})))
    AND cityHash64(visitor_id, if(visitor_id = 0, session_id, 0)) % {slices:UInt32} = {slice:UInt32}
  LIMIT 1 BY site_id, day, visitor_id, session_id
) AS attributes
INNER JOIN (
  SELECT
    site_id,
    day,
    visitor_id,
    session_id,
    max(event_no) AS whole_events,
    max(pageview_no) AS whole_pageviews,
    max(interaction_no) AS whole_interactions,
    toUnixTimestamp64Milli(max(received_at)) - toInt64(bitShiftRight(session_id, 20)) AS duration,
    argMax(pathname, pageview_no) AS exit_page
  FROM events
  WHERE (site_id, day) IN (SELECT arrayJoin(arrayZip({site_ids:Array(UInt32)}, {days:Array(Date)})))
    AND cityHash64(visitor_id, if(visitor_id = 0, session_id, 0)) % {slices:UInt32} = {slice:UInt32}
  GROUP BY site_id, day, visitor_id, session_id
) AS visit USING (site_id, day, visitor_id, session_id)
ARRAY JOIN [
  ('total', ''),
  ('visit:entry_page', entry_page),
  ('visit:exit_page', exit_page),
  ('visit:source', toString(source)),
  ('visit:channel', toString(channel)),
  ('visit:referrer', referrer),
  ('visit:utm_source', toString(utm_source)),
  ('visit:utm_medium', toString(utm_medium)),
  ('visit:utm_campaign', toString(utm_campaign)),
  ('visit:utm_content', toString(utm_content)),
  ('visit:utm_term', toString(utm_term)),
  ('visit:country', toString(country)),
  ('visit:region', toString(region)),
  ('visit:city', toString(city)),
  ('visit:browser', toString(browser)),
  ('visit:browser_version', toString(browser_version)),
  ('visit:os', toString(os)),
  ('visit:os_version', toString(os_version)),
  ('visit:device', toString(device))
] AS held
GROUP BY site_id, day, dimension, value
