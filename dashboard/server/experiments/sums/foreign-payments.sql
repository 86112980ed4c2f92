SELECT 1 AS found FROM payments
WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND visitor_id != 0 AND currency != {currency:String}
  AND visit_day BETWEEN {first_day:Date} AND {last_day:Date}
  AND NOT (settled_amount IS NOT NULL AND settled_currency = {currency:String})
LIMIT 1
