LEFT JOIN (
  SELECT session_id, finalizeAggregation(exit_page) AS exit_page
  FROM sessions FINAL
  WHERE site_id = {site_id:UInt32}
    AND (day, visitor_id, session_id) IN (SELECT visit_day, visitor_id, session_id {{concerned}})
) AS v ON v.session_id = p.session_id
