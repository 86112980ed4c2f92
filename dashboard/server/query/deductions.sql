  SELECT
    r.payment_id AS payment_id,
    p.session_id AS session_id,
    if(p.payment_id = '', 'unattributed', toString(p.confidence)) AS confidence,
    {{attributes}}
    p.charged_at AS charged_at,
    r.moved_at AS moved_at,
    r.day AS day,
    r.counted_currency AS counted_currency,
    toUInt64(0) AS order_count,
    toUInt64(0) AS paying_visit_count,
    toInt64(0) AS gross_amount,
    {{refunded}} AS refunded_amount,
    {{lost}} AS lost_amount,
    'deduction' AS movement
  FROM (
    SELECT
      payment_id,
      {{moved_at}} AS moved_at,
      day,
      settled_deducted IS NOT NULL AND settled_currency = {currency:String} AS settled_here,
      if(settled_here, {currency:String}, toString(currency)) AS counted_currency,
      if(settled_here, assumeNotNull(settled_deducted), deducted) AS counted
    FROM {{table}} FINAL
    WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND {{days}}
  ) AS r
  LEFT JOIN (
    SELECT {{columns}} payment_id, session_id, confidence, charged_at
    FROM payments FINAL
    WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool}
  ) AS p ON p.payment_id = r.payment_id
