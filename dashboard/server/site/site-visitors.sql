SELECT
  site_id,
  toString(day) AS local_day,
  uniqExact(visitor_id) AS visitors
FROM sessions
WHERE day >= {from:Date} AND day <= {to:Date}
GROUP BY site_id, day
