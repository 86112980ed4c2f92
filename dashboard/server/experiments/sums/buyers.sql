-- What the visitors of a test who were exposed on some days paid on or after their exposure. An amount counts when it
-- settled, or was priced, in the site's currency. Refunds and lost disputes are taken off; an order counts while something
-- of it is kept. Renewals are left out: the longer ago a visitor came, the more of them there are.
SELECT
  u.day AS day,
  u.visitor_id AS visitor_id,
  any(u.shown) AS variant,
  any(u.device) AS device,
  any(u.source) AS source,
  any(u.country) AS country,
  toUInt32(countIf(p.kept)) AS orders,
  sum(p.taken) AS deducted,
  sum(p.left_over) AS total,
  maxIf(p.left_over, p.kept) AS largest_order
FROM (
  SELECT
    day,
    visitor_id,
    min(e.exposed_at) AS exposed_at,
    toLowCardinality(argMinMerge(variant)) AS shown,
    any(e.device) AS device,
    any(e.source) AS source,
    any(e.country) AS country
  FROM exposures AS e
  WHERE site_id = {site_id:UInt32} AND experiment_id = {experiment_id:UInt32} AND phase = {phase:UInt16}
    AND day IN {days:Array(Date)} AND visitor_id IN (
      SELECT visitor_id FROM payments
      WHERE site_id = {site_id:UInt32} AND visitor_id != 0 AND visit_day IN {days:Array(Date)}
    )
  GROUP BY day, visitor_id
  HAVING min(variant_least) = max(variant_most) AND has({variants:Array(String)}, shown)
) AS u
INNER JOIN (
  SELECT
    visit_day,
    visitor_id,
    charged_at,
    settled_amount IS NOT NULL AND settled_currency = {currency:String} AS settled_here,
    t.settled_part + t.unsettled AS taken,
    amount > taken AS kept,
    -- What a refund took from the balance may not be known yet: then it is in proportion.
    if(
      settled_here,
      assumeNotNull(settled_amount) - t.settled
        - toInt64(round(t.unsettled * assumeNotNull(settled_amount) / greatest(amount, 1))),
      amount - taken
    ) AS left_over
  FROM payments AS p FINAL
  LEFT JOIN (
    SELECT
      payment_id,
      sumIf(deducted, known) AS settled_part,
      sumIf(assumeNotNull(settled_deducted), known) AS settled,
      sumIf(deducted, NOT known) AS unsettled
    FROM (
      SELECT payment_id, deducted, settled_deducted,
        settled_deducted IS NOT NULL AND settled_currency = {currency:String} AS known
      FROM refunds FINAL WHERE site_id = {site_id:UInt32}
      UNION ALL
      SELECT payment_id, deducted, settled_deducted,
        settled_deducted IS NOT NULL AND settled_currency = {currency:String} AS known
      FROM disputes FINAL WHERE site_id = {site_id:UInt32}
    )
    GROUP BY payment_id
  ) AS t ON t.payment_id = p.payment_id
  WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND kind != 'renewal' AND visitor_id != 0
    AND visit_day IN {days:Array(Date)}
    AND payment_id IN (SELECT payment_id FROM payments WHERE site_id = {site_id:UInt32} AND visit_day IN {days:Array(Date)})
    AND (settled_here OR currency = {currency:String})
) AS p ON p.visit_day = u.day AND p.visitor_id = u.visitor_id
-- Stripe tells whole seconds.
WHERE p.charged_at >= toStartOfSecond(u.exposed_at)
GROUP BY day, visitor_id
