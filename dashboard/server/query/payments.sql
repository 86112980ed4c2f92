-- Payments of the days on which they were charged, in the mode of the site's key. An amount counts as settled when it
-- settled in the site's currency, else as it was priced, in its own currency.
SELECT
  {{dimensions}}
  toUInt64(0) AS visitor_count,
  toUInt64(0) AS visit_count,
  toUInt64(0) AS pageview_count,
  toUInt64(0) AS event_count,
  toUInt64(0) AS visit_pageview_count,
  toUInt64(0) AS bounce_count,
  toFloat64(0) AS duration,
  countIf(p.amount > 0) AS order_count,
  uniqExactIf(p.session_id, p.amount > 0 AND p.session_id != 0) AS paying_visit_count,
  sumIf(p.counted_amount, p.counted_currency = {currency:String}) AS own_amount,
  countIf(p.amount > 0 AND p.counted_currency = {currency:String}) AS own_order_count,
  sumMap(map(p.counted_currency, p.counted_amount)) AS amounts,
  sumMap(map(p.counted_currency, toUInt64(p.amount > 0))) AS orders_by_currency
FROM (
  SELECT
    *,
    settled_amount IS NOT NULL AND settled_currency = {currency:String} AS settled_here,
    if(settled_here, assumeNotNull(settled_amount), amount) AS counted_amount,
    if(settled_here, {currency:String}, toString(currency)) AS counted_currency
  FROM payments FINAL
  WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND day BETWEEN {from:Date} AND {to:Date}
) AS p
{{joins}}
WHERE 1 {{conditions}}
{{group}}
