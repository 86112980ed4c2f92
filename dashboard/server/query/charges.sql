  SELECT
    payment_id,
    session_id,
    confidence,
    {{attributes}}
    charged_at AS moved_at,
    day,
    if(settled_amount IS NOT NULL AND settled_currency = {currency:String}, {currency:String}, toString(currency)) AS counted_currency,
    toUInt64(amount > 0) AS orders,
    toUInt64({{paying}}) AS paying,
    if(settled_amount IS NOT NULL AND settled_currency = {currency:String}, assumeNotNull(settled_amount), amount) AS gross,
    toInt64(0) AS refunded,
    toInt64(0) AS lost
  FROM payments FINAL
  WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND {{days}}
