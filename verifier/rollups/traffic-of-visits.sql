-- Each visit under each value that it has. Visits are made of the events themselves, as sessions_from_events makes them,
-- so that a day is what its events say even where a kill kept the view from writing. A visitor lies whole in one slice,
-- and so does a visit without a visitor.
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
  sum(visit.pageviews) AS pageviews,
  sum(visit.events) AS events,
  sum(visit.pageviews) AS visit_pageviews,
  countIf(interactions <= 1) AS bounces,
  sum(duration) AS duration_ms
FROM (
  SELECT
    site_id,
    day,
    visitor_id,
    session_id,
    max(event_no) AS events,
    max(pageview_no) AS pageviews,
    max(interaction_no) AS interactions,
    toUnixTimestamp64Milli(max(received_at)) - toInt64(bitShiftRight(session_id, 20)) AS duration,
    [
      ('total', ''),
      ('visit:entry_page', any(entry_page)),
      ('visit:exit_page', argMax(pathname, pageview_no)),
      ('visit:source', toString(any(source))),
      ('visit:channel', toString(any(channel))),
      ('visit:referrer', any(referrer)),
      ('visit:utm_source', toString(any(utm_source))),
      ('visit:utm_medium', toString(any(utm_medium))),
      ('visit:utm_campaign', toString(any(utm_campaign))),
      ('visit:utm_content', toString(any(utm_content))),
      ('visit:utm_term', toString(any(utm_term))),
      ('visit:country', toString(any(country))),
      ('visit:region', toString(any(region))),
      ('visit:city', toString(any(city))),
      ('visit:browser', toString(any(browser))),
      ('visit:browser_version', toString(any(browser_version))),
      ('visit:os', toString(any(os))),
      ('visit:os_version', toString(any(os_version))),
      ('visit:device', toString(any(device)))
    ] AS held_values
  FROM events
  WHERE (site_id, day) IN (SELECT arrayJoin(arrayZip({site_ids:Array(UInt32)}, {days:Array(Date)})))
    AND cityHash64(visitor_id, if(visitor_id = 0, session_id, 0)) % {slices:UInt32} = {slice:UInt32}
  GROUP BY site_id, day, visitor_id, session_id
) AS visit
ARRAY JOIN held_values AS held
GROUP BY site_id, day, dimension, value
SETTINGS max_bytes_before_external_group_by = 200000000
