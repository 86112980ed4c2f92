SELECT DISTINCT toString(day) AS day
FROM (
  SELECT day FROM payments
  WHERE site_id = {site_id:UInt32} AND session_id IN {session_ids:Array(UInt64)}
  UNION ALL
  SELECT day FROM refunds
  WHERE site_id = {site_id:UInt32} AND payment_id IN {payment_ids:Array(String)}
  UNION ALL
  SELECT day FROM disputes
  WHERE site_id = {site_id:UInt32} AND payment_id IN {payment_ids:Array(String)}
)
