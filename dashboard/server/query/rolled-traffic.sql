-- Whole days that were added up beforehand, by one dimension or in total. Numbers of runs are given once, so those that
-- count name their days.
SELECT
  {{dimensions}}
  sum(visitors) AS visitor_count,
  sum(visits) AS visit_count,
  sum(pageviews) AS pageview_count,
  sum(events) AS event_count,
  sum(visit_pageviews) AS visit_pageview_count,
  sum(bounces) AS bounce_count,
  sum(duration_ms) AS duration,
  {{no_money}}
  'rolled' AS row_source
FROM traffic_daily
WHERE site_id = {site_id:UInt32} AND dimension = {rolled_dimension:String}
  AND day BETWEEN {from:Date} AND {to:Date} AND run_id IN {traffic_runs:Array(UInt64)}
  {{conditions}}
{{group}}
