-- What a test's visitors paid in currencies that cannot be added to the site's, after what was taken off.
SELECT toString(u.shown) AS variant, toString(p.currency) AS currency, sum(p.left_over) AS amount
FROM (
  SELECT day, visitor_id, min(e.exposed_at) AS exposed_at, argMinMerge(variant) AS shown
  FROM exposures AS e
  WHERE site_id = {site_id:UInt32} AND experiment_id = {experiment_id:UInt32} AND phase = {phase:UInt16}
    AND day BETWEEN {first_day:Date} AND {last_day:Date} AND visitor_id IN (
      SELECT visitor_id FROM payments
      WHERE site_id = {site_id:UInt32} AND visitor_id != 0 AND currency != {currency:String}
    )
  GROUP BY day, visitor_id
  HAVING min(variant_least) = max(variant_most) AND has({variants:Array(String)}, shown)
) AS u
INNER JOIN (
  SELECT visit_day, visitor_id, charged_at, currency, amount - t.taken AS left_over
  FROM payments AS p FINAL
  LEFT JOIN (
    SELECT payment_id, sum(deducted) AS taken
    FROM (
      SELECT payment_id, deducted FROM refunds FINAL WHERE site_id = {site_id:UInt32}
      UNION ALL
      SELECT payment_id, deducted FROM disputes FINAL WHERE site_id = {site_id:UInt32}
    )
    GROUP BY payment_id
  ) AS t ON t.payment_id = p.payment_id
  WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND kind != 'renewal' AND visitor_id != 0
    AND currency != {currency:String} AND NOT (settled_amount IS NOT NULL AND settled_currency = {currency:String})
) AS p ON p.visit_day = u.day AND p.visitor_id = u.visitor_id
WHERE p.charged_at >= toStartOfSecond(u.exposed_at)
GROUP BY variant, currency
ORDER BY variant, currency
