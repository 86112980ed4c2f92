-- Each visit under each page, host and name that its events have, with those events and what the visit was as a whole.
INSERT INTO traffic_daily (
  site_id, day, dimension, value, run_id, visitors, visits, pageviews, events, visit_pageviews, bounces, duration_ms
)
SELECT
  site_id,
  day,
  dimension,
  value,
  transform(bitShiftLeft(toUInt64(site_id), 16) + toUInt16(day), {keys:Array(UInt64)}, {run_ids:Array(UInt64)}, 0) AS run_id,
  uniqExactIf(visitor_id, visitor_id != 0) AS visitors,
  count() AS visits,
  sum(held_pageviews) AS pageviews,
  sum(held_events) AS events,
  sum(whole_pageviews) AS visit_pageviews,
  countIf(whole_interactions <= 1) AS bounces,
  sum(duration) AS duration_ms
FROM (
  SELECT
    site_id,
    day,
    visitor_id,
    session_id,
    held.1 AS dimension,
    held.2 AS value,
    countIf(name = 'pageview') AS held_pageviews,
    count() AS held_events,
    -- of the visit: each of its events is there once for each dimension, so the values of any hold them all
    max(max(pageview_no)) OVER visit AS whole_pageviews,
    max(max(interaction_no)) OVER visit AS whole_interactions,
    max(toUnixTimestamp64Milli(max(received_at))) OVER visit - toInt64(bitShiftRight(session_id, 20)) AS duration
  FROM events
  ARRAY JOIN [
    ('event:page', pathname),
    ('event:hostname', toString(hostname)),
    ('event:name', toString(name))
  ] AS held
  WHERE (site_id, day) IN (SELECT arrayJoin(arrayZip({site_ids:Array(UInt32)}, {days:Array(Date)})))
    AND cityHash64(visitor_id, if(visitor_id = 0, session_id, 0)) % {slices:UInt32} = {slice:UInt32}
  GROUP BY site_id, day, visitor_id, session_id, dimension, value
  WINDOW visit AS (PARTITION BY site_id, day, visitor_id, session_id)
)
GROUP BY site_id, day, dimension, value
