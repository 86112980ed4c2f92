-- As rolled-traffic.sql, for money.
SELECT
  {{dimensions}}
  {{no_traffic}}
  if(settled_currency = {currency:String}, {currency:String}, toString(revenue_daily.currency)) AS currency,
  sum(orders) AS order_count,
  sum(paying_visits) AS paying_visit_count,
  sum(if(settled_currency = {currency:String}, settled_gross, gross)) AS gross_amount,
  sum(if(settled_currency = {currency:String}, settled_refunded, refunded)) AS refunded_amount,
  sum(if(settled_currency = {currency:String}, settled_lost, lost)) AS lost_amount,
  'rolled' AS row_source
FROM revenue_daily
WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND dimension = {rolled_dimension:String}
  AND day BETWEEN {from:Date} AND {to:Date} AND run_id IN {money_runs:Array(UInt64)}
  {{conditions}}
GROUP BY {{keys}} currency
