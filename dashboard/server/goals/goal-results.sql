-- How often each goal was reached in some days, and the orders of these days by visits that had reached it before.
-- Visitors are (day, visitor_id), as everywhere; those without an id are no visitors, and still convert.
WITH
  reached AS (
    SELECT goal, day, visitor_id, session_id, min(received_at) AS first_at, count() AS times
    FROM (
      SELECT
        day,
        visitor_id,
        session_id,
        received_at,
        arrayJoin(arrayFilter(
          (key, kind, operator, wanted) -> {{reached}},
          {goal_keys:Array(String)}, {goal_kinds:Array(String)}, {goal_operators:Array(String)}, {goal_values:Array(String)}
        )) AS goal
      FROM events
      WHERE site_id = {site_id:UInt32} AND day BETWEEN {visits_from:Date} AND {to:Date} AND name IN {goal_names:Array(String)}
    )
    GROUP BY goal, day, visitor_id, session_id
  ),
  orders AS (
    SELECT
      day,
      visit_day,
      visitor_id,
      session_id,
      charged_at,
      settled_amount IS NOT NULL AND settled_currency = {currency:String} AS settled_here,
      if(settled_here, assumeNotNull(settled_amount), amount) AS counted,
      if(settled_here, {currency:String}, toString(currency)) AS counted_currency
    FROM payments FINAL
    WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND day BETWEEN {from:Date} AND {to:Date} AND amount > 0
  )
SELECT
  key,
  sum(goal_visitors) AS visitors,
  sum(goal_conversions) AS conversions,
  sumMap(amounts) AS amounts
FROM (
  SELECT
    goal AS key,
    uniqExactIf((day, visitor_id), visitor_id != 0) AS goal_visitors,
    sum(times) AS goal_conversions,
    CAST(map(), 'Map(String, Int64)') AS amounts
  FROM reached
  WHERE day >= {from:Date}
  GROUP BY goal
  UNION ALL
  SELECT r.goal, 0, 0, sumMap(map(o.counted_currency, o.counted))
  FROM orders AS o
  INNER JOIN reached AS r ON r.session_id = o.session_id
  WHERE o.session_id != 0 AND r.first_at <= o.charged_at
  GROUP BY r.goal
  UNION ALL
  SELECT
    amount_keys[place] AS key,
    uniqExactIf((visit_day, visitor_id), visitor_id != 0),
    count(),
    sumMap(map(counted_currency, counted))
  FROM (
    SELECT *, {amount_keys:Array(String)} AS amount_keys
    FROM orders
  )
  ARRAY JOIN arrayEnumerate(amount_keys) AS place, {amounts:Array(Int64)} AS least
  WHERE least = 0 OR (counted_currency = {currency:String} AND counted >= least)
  GROUP BY key
  UNION ALL
  SELECT '', uniqExactIf((day, visitor_id), visitor_id != 0), 0, CAST(map(), 'Map(String, Int64)')
  FROM sessions
  WHERE site_id = {site_id:UInt32} AND day BETWEEN {from:Date} AND {to:Date}
)
GROUP BY key
