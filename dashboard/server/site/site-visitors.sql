SELECT
  site_id,
  toString(day) AS day,
  uniqExact(visitor_id) AS visitors
FROM sessions
WHERE day >= {from:Date} AND day <= {to:Date}
GROUP BY site_id, day
