-- What the visitors of some days did after they saw a page ('' for any): as a test would count them, a row a visitor and
-- day. Revenue is gross, in the site's currency.
SELECT
  if(count() = 0, 0, toInt64({to:Date} - min(u.day)) + 1) AS days,
  count() AS visitors,
  countIf(u.goal_at >= u.seen_at) AS converters,
  countIf(p.orders > 0) AS buyers,
  sum(p.total) AS revenue,
  if(buyers < 2, NULL, stddevSampIf(p.total, p.orders > 0) / avgIf(p.total, p.orders > 0)) AS order_cv
FROM (
  SELECT
    day,
    visitor_id,
    minIf(received_at, name = 'pageview' AND ({page:String} = '' OR pathname = {page:String})) AS seen_at,
    maxIf(
      received_at,
      arrayExists(
        (kind, operator, wanted) -> {{reached}},
        {goal_kinds:Array(String)}, {goal_operators:Array(String)}, {goal_values:Array(String)}
      )
    ) AS goal_at
  FROM events
  WHERE site_id = {site_id:UInt32} AND day BETWEEN {from:Date} AND {to:Date} AND visitor_id != 0
    AND (name = 'pageview' OR has({goal_names:Array(String)}, name))
  GROUP BY day, visitor_id
  HAVING countIf(name = 'pageview' AND ({page:String} = '' OR pathname = {page:String})) > 0
) AS u
LEFT JOIN (
  SELECT
    visit_day,
    visitor_id,
    countIf(settled_amount IS NOT NULL AND settled_currency = {currency:String} OR currency = {currency:String}) AS orders,
    sum(multiIf(
      settled_amount IS NOT NULL AND settled_currency = {currency:String}, assumeNotNull(settled_amount),
      currency = {currency:String}, amount,
      0
    )) AS total
  FROM payments FINAL
  WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND visitor_id != 0 AND amount > 0
    AND kind != 'renewal' AND visit_day BETWEEN {from:Date} AND {to:Date}
  GROUP BY visit_day, visitor_id
) AS p ON p.visit_day = u.day AND p.visitor_id = u.visitor_id
