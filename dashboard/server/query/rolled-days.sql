-- What the rollups of a site have, of all its days. Traffic: a run that counted as many events as there are (or whose
-- events are past their retention) is up to date; the projection events_by_day has the numbers. Money: a day is not to
-- be trusted when a payment, refund or dispute of it was written since the verifier's last look, or a payment of the same
-- visit, which may make another order the first.
WITH
  (
    SELECT looked_at - INTERVAL 2 MINUTE FROM rollup_looks FINAL WHERE kind = 'revenue'
  ) AS since,
  recent_payments AS (
    SELECT payment_id, session_id FROM payments WHERE site_id = {site_id:UInt32} AND inserted_at >= since
  )
SELECT
  'traffic' AS kind,
  toString(if(r.run_id = 0, e.day, r.day)) AS day,
  toString(r.run_id) AS run_id,
  r.left_out AS left_out,
  CAST(r.run_id != 0 AND (e.events = 0 OR e.events = r.source), 'Bool') AS current
FROM (SELECT day, count() AS events FROM events WHERE site_id = {site_id:UInt32} GROUP BY day) AS e
FULL OUTER JOIN (
  SELECT day, run_id, source, left_out FROM rollup_runs FINAL WHERE kind = 'traffic' AND site_id = {site_id:UInt32}
) AS r ON r.day = e.day
UNION ALL
SELECT 'money', toString(day), toString(run_id), [], true
FROM rollup_runs FINAL
WHERE kind = 'revenue' AND site_id = {site_id:UInt32}
UNION ALL
SELECT DISTINCT 'money', toString(day), '0', [], false
FROM (
  SELECT day FROM payments
  WHERE site_id = {site_id:UInt32}
    AND (
      payment_id IN (SELECT payment_id FROM recent_payments)
      OR session_id IN (SELECT session_id FROM recent_payments WHERE session_id != 0)
    )
  UNION ALL
  SELECT day FROM refunds
  WHERE site_id = {site_id:UInt32}
    AND (inserted_at >= since OR payment_id IN (SELECT payment_id FROM recent_payments))
  UNION ALL
  SELECT day FROM disputes
  WHERE site_id = {site_id:UInt32}
    AND (inserted_at >= since OR payment_id IN (SELECT payment_id FROM recent_payments))
)
UNION ALL
SELECT 'look', '1970-01-01', toString(toUnixTimestamp64Milli(as_of)), [], true
FROM rollup_looks FINAL
WHERE kind = 'revenue'
