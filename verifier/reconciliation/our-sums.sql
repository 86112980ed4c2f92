-- What is counted of an account in a span, over all its sites, by currency. Bounds are inclusive.
SELECT
  currency,
  sum(gross) AS gross,
  sum(unassigned_gross) AS unassigned_gross,
  sum(refunded) AS refunded,
  sum(lost) AS lost
FROM (
  SELECT toString(currency) AS currency, amount AS gross, 0 AS unassigned_gross, 0 AS refunded, 0 AS lost
  FROM payments FINAL
  WHERE site_id IN {site_ids:Array(UInt32)} AND provider = 'stripe'
    AND account_id = {account_id:String} AND livemode = {livemode:Bool}
    AND charged_at BETWEEN {from:DateTime64(3, 'UTC')} AND {until:DateTime64(3, 'UTC')}
  UNION ALL
  SELECT toString(currency), 0, amount, 0, 0
  FROM unassigned_payments FINAL
  WHERE account_id = {account_id:String} AND livemode = {livemode:Bool} AND assigned_site_id = 0
    AND charged_at BETWEEN {from:DateTime64(3, 'UTC')} AND {until:DateTime64(3, 'UTC')}
  UNION ALL
  SELECT toString(currency), 0, 0, deducted, 0
  FROM refunds FINAL
  WHERE site_id IN {site_ids:Array(UInt32)} AND provider = 'stripe'
    AND account_id = {account_id:String} AND livemode = {livemode:Bool}
    AND refunded_at BETWEEN {from:DateTime64(3, 'UTC')} AND {until:DateTime64(3, 'UTC')}
  UNION ALL
  SELECT toString(currency), 0, 0, 0, deducted
  FROM disputes FINAL
  WHERE site_id IN {site_ids:Array(UInt32)} AND provider = 'stripe'
    AND account_id = {account_id:String} AND livemode = {livemode:Bool}
    AND disputed_at BETWEEN {from:DateTime64(3, 'UTC')} AND {until:DateTime64(3, 'UTC')}
)
GROUP BY currency
ORDER BY currency
