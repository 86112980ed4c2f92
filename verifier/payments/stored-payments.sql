SELECT *
FROM payments FINAL
WHERE site_id IN {site_ids:Array(UInt32)}
  AND payment_id IN {payment_ids:Array(String)}
