-- One row a visit, merged by FINAL. Ids of visitors rotate by day, so a visitor is an id on a day; the two are mixed
-- into one number, because a set of numbers takes 160 ms per million visits where a set of pairs takes 430.
SELECT
  {{dimensions}}
  uniqExactIf(visitor_id + toUInt64(day) * 11400714819323198485, visitor_id != 0) AS visitor_count,
  count() AS visit_count,
  sum(pageviews) AS pageview_count,
  sum(events) AS event_count,
  sum(pageviews) AS visit_pageview_count,
  countIf(interactions <= 1) AS bounce_count,
  sum(dateDiff('millisecond', started_at, ended_at)) AS duration,
  {{no_money}}
  'visits' AS row_source
FROM sessions FINAL
WHERE site_id = {site_id:UInt32} AND {{days}}
  -- Ids begin with the time: this leaves out the months of other days, each with a granule or two to read.
  AND session_id >= {first_session:UInt64} AND session_id < {last_session:UInt64}
  {{conditions}}
{{group}}
