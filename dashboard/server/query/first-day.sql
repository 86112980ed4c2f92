SELECT toString(min(day)) AS day
FROM (
  (SELECT day FROM sessions WHERE site_id = {site_id:UInt32} ORDER BY site_id, day LIMIT 1)
  UNION ALL
  -- Days whose visits are past their retention.
  SELECT min(day) AS day FROM rollup_runs WHERE site_id = {site_id:UInt32} HAVING count() > 0
  UNION ALL
  SELECT min(day) AS day FROM payments WHERE site_id = {site_id:UInt32} HAVING count() > 0
)
HAVING count() > 0
