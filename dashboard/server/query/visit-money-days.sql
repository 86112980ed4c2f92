SELECT DISTINCT toString(day) AS day
FROM (
  SELECT day FROM payments
  WHERE site_id = {site_id:UInt32} AND visit_day IN {visit_days:Array(Date)} AND session_id != 0
  UNION ALL
  SELECT day FROM refunds
  WHERE site_id = {site_id:UInt32} AND payment_id IN (
    SELECT payment_id FROM payments
    WHERE site_id = {site_id:UInt32} AND visit_day IN {visit_days:Array(Date)} AND session_id != 0
  )
  UNION ALL
  SELECT day FROM disputes
  WHERE site_id = {site_id:UInt32} AND payment_id IN (
    SELECT payment_id FROM payments
    WHERE site_id = {site_id:UInt32} AND visit_day IN {visit_days:Array(Date)} AND session_id != 0
  )
)
