SELECT site_id, payment_id, max(version) AS version
FROM payments
WHERE site_id IN {site_ids:Array(UInt32)}
  AND payment_id IN {payment_ids:Array(String)}
GROUP BY site_id, payment_id
