SELECT
  run_id,
  groupArray(dimension) AS dimensions
FROM (
  SELECT toString(run_id) AS run_id, dimension
  FROM traffic_daily
  WHERE site_id IN {site_ids:Array(UInt32)} AND day IN {days:Array(Date)} AND traffic_daily.run_id IN {run_ids:Array(UInt64)}
  GROUP BY run_id, dimension
  HAVING uniqExact(value) > {most_values:UInt64}
)
GROUP BY run_id
