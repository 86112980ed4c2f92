-- Visits that have an event which fits, and those events. What needs the whole visit is in event-visits.sql.
SELECT
  {{dimensions}}
  uniqExactIf(visitor_id + toUInt64(day) * 11400714819323198485, visitor_id != 0) AS visitor_count,
  uniqExact(session_id) AS visit_count,
  countIf(name = 'pageview') AS pageview_count,
  count() AS event_count,
  toUInt64(0) AS visit_pageview_count,
  toUInt64(0) AS bounce_count,
  toInt64(0) AS duration,
  {{no_money}}
  'events' AS row_source
FROM events
WHERE site_id = {site_id:UInt32} AND {{days}}
  -- Leaves out the months before.
  AND received_at >= {first_received:DateTime64(3, 'UTC')}
  {{conditions}}
{{group}}
