-- Visits that have an event which fits, each with what it was as a whole.
SELECT
  {{outer_dimensions}}
  uniqExactIf(m.visitor_id + toUInt64(m.day) * 11400714819323198485, m.visitor_id != 0) AS visitor_count,
  uniqExact(m.session_id) AS visit_count,
  sum(m.matched_pageviews) AS pageview_count,
  sum(m.matched_events) AS event_count,
  sum(v.visit_pageviews) AS visit_pageview_count,
  countIf(v.visit_interactions <= 1) AS bounce_count,
  sum(v.visit_ms) AS duration,
  {{no_money}}
  'events' AS row_source
FROM (
  SELECT
    {{dimensions}}
    day,
    visitor_id,
    session_id,
    countIf(name = 'pageview') AS matched_pageviews,
    count() AS matched_events
  FROM events
  WHERE site_id = {site_id:UInt32} AND {{days}}
    AND received_at >= {first_received:DateTime64(3, 'UTC')}
    {{conditions}}
  GROUP BY {{keys}} day, visitor_id, session_id
) AS m
INNER JOIN (
  SELECT
    session_id,
    pageviews AS visit_pageviews,
    interactions AS visit_interactions,
    dateDiff('millisecond', started_at, ended_at) AS visit_ms,
    finalizeAggregation(exit_page) AS exit_page
  FROM sessions FINAL
  WHERE site_id = {site_id:UInt32} AND {{days}}
    AND session_id >= {first_session:UInt64} AND session_id < {last_session:UInt64}
) AS v ON v.session_id = m.session_id
WHERE 1 {{visit_conditions}}
{{group}}
