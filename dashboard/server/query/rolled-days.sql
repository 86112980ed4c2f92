-- What the rollups of a site have, of all its days. A day's traffic is up to date when its run counted as many events as
-- there are; the projection events_by_day has the numbers. Where events are past their retention, the run stays. The detail of a look is when it was, by the engine's and the verifier's clock.
SELECT
  'traffic' AS kind,
  toString(if(r.run_id = 0, e.day, r.day)) AS day,
  toString(r.run_id) AS run_id,
  r.left_out AS detail,
  CAST(r.run_id != 0 AND (e.events = 0 OR e.events = r.source), 'Bool') AS current
FROM (SELECT day, count() AS events FROM events WHERE site_id = {site_id:UInt32} GROUP BY day) AS e
FULL OUTER JOIN (
  SELECT day, run_id, source, left_out
  FROM rollup_runs FINAL
  WHERE kind = 'traffic' AND site_id = {site_id:UInt32}
) AS r ON r.day = e.day
UNION ALL
SELECT 'money', toString(day), toString(run_id), [], true
FROM rollup_runs FINAL
WHERE kind = 'revenue' AND site_id = {site_id:UInt32}
UNION ALL
SELECT 'look', toString(toDate(looked_at)), '0', [toString(looked_at), toString(as_of)], true
FROM rollup_looks FINAL
WHERE kind = 'revenue'
