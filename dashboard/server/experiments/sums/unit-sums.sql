-- Visitors and those who reached each goal, by day of exposure and variant, in whole and by device, source and country.
-- Level 1 is a row a visitor and day, level 2 a row a variant and day (statistics.md 2). Goals stand in parallel arrays.
SELECT
  goal,
  day,
  dimension,
  value,
  variant,
  visitors,
  several_variants,
  converters
FROM (
  SELECT
    day,
    part.1 AS dimension,
    part.2 AS value,
    variant,
    countIf(single) AS visitors,
    countIf(NOT single) AS several_variants,
    sumForEach(reached) AS converters_by_goal
  FROM (
    SELECT
      u.day AS day,
      u.shown AS variant,
      u.single AS single,
      arrayMap(
        at -> toUInt64(u.single AND at >= toUnixTimestamp64Milli(u.exposed_at)),
        arrayResize(r.last_at, length({goal_keys:Array(String)}), 0)
      ) AS reached,
      arrayFilter(
        part -> has({dimensions:Array(String)}, part.1),
        [('', ''), ('device', u.device), ('source', u.source), ('country', u.country)]
      ) AS parts
    FROM (
      SELECT
        day,
        visitor_id,
        min(exposed_at) AS exposed_at,
        argMinMerge(variant) AS shown,
        min(variant_least) = max(variant_most) AS single,
        toString(any(device)) AS device,
        toString(any(source)) AS source,
        toString(any(country)) AS country
      FROM exposures
      WHERE site_id = {site_id:UInt32} AND experiment_id = {experiment_id:UInt32} AND phase = {phase:UInt16}
        AND day IN {days:Array(Date)}
      GROUP BY day, visitor_id
      HAVING has({variants:Array(String)}, shown)
    ) AS u
    LEFT JOIN (
      -- The last time each goal was reached is enough to know whether it was after the exposure.
      SELECT day, visitor_id, maxForEach(times) AS last_at
      FROM ({{sources}})
      WHERE arraySum(times) > 0
      GROUP BY day, visitor_id
    ) AS r ON r.day = u.day AND r.visitor_id = u.visitor_id
  )
  ARRAY JOIN parts AS part
  GROUP BY day, dimension, value, variant
)
ARRAY JOIN {goal_keys:Array(String)} AS goal, converters_by_goal AS converters
