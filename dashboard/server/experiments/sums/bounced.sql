-- A visitor who did one thing on that day, in whatever visit, bounced.
SELECT
  day,
  visitor_id,
  arrayMap(
    kind -> toInt64(if(kind = 'bounce' AND sum(interactions) <= 1, 9000000000000000, 0)),
    {goal_kinds:Array(String)}
  ) AS times
FROM sessions FINAL
WHERE site_id = {site_id:UInt32}
  AND day IN {days:Array(Date)} AND visitor_id != 0
GROUP BY day, visitor_id
