-- Visits that have an event which fits, and those events. What needs the whole visit is in event-visits.sql.
SELECT
  {{dimensions}}
  uniqExact(visitor_id + toUInt64(day) * 11400714819323198485) AS visitor_count,
  uniqExact(session_id) AS visit_count,
  countIf(name = 'pageview') AS pageview_count,
  count() AS event_count,
  toUInt64(0) AS visit_pageview_count,
  toUInt64(0) AS bounce_count,
  toFloat64(0) AS duration,
  toUInt64(0) AS order_count,
  toUInt64(0) AS paying_visit_count,
  toInt64(0) AS own_amount,
  toUInt64(0) AS own_order_count,
  CAST(map(), 'Map(String, Int64)') AS amounts,
  CAST(map(), 'Map(String, UInt64)') AS orders_by_currency
FROM events
WHERE site_id = {site_id:UInt32} AND day BETWEEN {from:Date} AND {to:Date}
  {{conditions}}
{{group}}
