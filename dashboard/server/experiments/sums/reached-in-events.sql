-- When each event reached the goals, in their order; 0 where it did not.
SELECT
  day,
  visitor_id,
  arrayMap(
    (kind, operator, wanted) -> if({{reached}}, toUnixTimestamp64Milli(received_at), toInt64(0)),
    {goal_kinds:Array(String)}, {goal_operators:Array(String)}, {goal_values:Array(String)}
  ) AS times
FROM events
WHERE site_id = {site_id:UInt32} AND day IN {days:Array(Date)}
  AND name IN {goal_names:Array(String)} AND visitor_id != 0
