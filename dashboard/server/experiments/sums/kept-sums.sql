-- Visitors and converters of a test: kept rows of the days that did not change, and the others as they are now. In whole by
-- day of exposure, by device, source and country without days.
SELECT
  goal,
  toString(if(dimension = '', day, toDate(0))) AS exposed_on,
  toString(dimension) AS dimension,
  value,
  toString(variant) AS variant,
  sum(visitors) AS visitors,
  sum(several_variants) AS several_variants,
  sum(converters) AS converters
FROM (
  SELECT goal, day, dimension, value, variant, visitors, several_variants, converters
  FROM experiment_sums FINAL
  WHERE site_id = {site_id:UInt32} AND experiment_id = {experiment_id:UInt32} AND phase = {phase:UInt16}
    AND has({goal_keys:Array(String)}, goal) AND has({dimensions:Array(String)}, dimension)
    AND day BETWEEN {first_day:Date} AND {last_day:Date} AND NOT has({days:Array(Date)}, day)
    AND (day, run_id) IN (
      SELECT day, max(run_id) FROM experiment_sums
      WHERE site_id = {site_id:UInt32} AND experiment_id = {experiment_id:UInt32} AND phase = {phase:UInt16}
        AND goal = '' AND dimension = ''
      GROUP BY day
    )
  {{live}}
)
GROUP BY goal, exposed_on, dimension, value, variant
