  SELECT
    payment_id,
    session_id,
    confidence,
    {{attributes}}
    charged_at,
    charged_at AS moved_at,
    day,
    if(settled_amount IS NOT NULL AND settled_currency = {currency:String}, {currency:String}, toString(currency)) AS counted_currency,
    toUInt64(amount > 0) AS order_count,
    toUInt64({{paying}}) AS paying_visit_count,
    if(settled_amount IS NOT NULL AND settled_currency = {currency:String}, assumeNotNull(settled_amount), amount) AS gross_amount,
    toInt64(0) AS refunded_amount,
    toInt64(0) AS lost_amount,
    'charge' AS movement
  FROM payments FINAL
  WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND {{days}}
