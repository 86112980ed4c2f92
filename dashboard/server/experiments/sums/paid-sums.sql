-- Sums of what a test's visitors paid, by day of exposure and variant, or without days by device, source and country:
-- kept rows of the days that did not change, and the others as they are now. One cap for all days and variants, over the
-- totals of buyers. Squares are of floats, because those of Int64 wrap silently (statistics.md 2).
SELECT
  {{labels}}
  toString(b.variant) AS variant,
  any(cap) AS applied_cap,
  countIf(orders > 0) AS buyers,
  countIf(deducted > 0) AS refunded,
  sum(orders) AS order_count,
  sum(orders * orders) AS orders_squares,
  sum(least(paid, cap)) AS revenue,
  sum(pow(least(paid, cap), 2)) AS revenue_squares,
  sum(paid) AS revenue_uncapped,
  sum(paid * paid) AS revenue_uncapped_squares,
  sum(paid * orders) AS revenue_orders,
  max(b.largest_order) AS largest,
  countIf(paid > cap) AS capped_visitors,
  sumForEach(arrayMap(amount -> toUInt64(orders > 0 AND b.largest_order >= amount), {amounts:Array(Int64)})) AS above_amounts
FROM (
  SELECT
    *,
    toFloat64(total) AS paid,
    countIf(orders > 0) OVER () AS all_buyers,
    quantileExactInclusiveIf({percentile:Float64})(toFloat64(total), orders > 0) OVER () AS at_percentile,
    if(all_buyers < {fewest_buyers:UInt32} OR {percentile:Float64} >= 1, inf, at_percentile) AS cap
  FROM (
    SELECT day, variant, device, source, country, orders, deducted, total, largest_order
    FROM experiment_buyers FINAL
    WHERE site_id = {site_id:UInt32} AND experiment_id = {experiment_id:UInt32} AND phase = {phase:UInt16}
      AND paid = {paid:String} AND day BETWEEN {first_day:Date} AND {last_day:Date} AND day NOT IN {days:Array(Date)}
      AND (day, run_id) IN (
        SELECT day, max(run_id) FROM experiment_sums
        WHERE site_id = {site_id:UInt32} AND experiment_id = {experiment_id:UInt32} AND phase = {phase:UInt16}
          AND goal = '' AND dimension = ''
        GROUP BY day
      )
    {{live}}
  )
) AS b
{{group}}
