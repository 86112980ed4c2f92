SELECT
  payment_id,
  charged_at,
  amount,
  currency,
  livemode,
  confidence,
  source,
  channel,
  entry_page,
  country,
  browser,
  device
FROM payments FINAL
WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool}
ORDER BY charged_at DESC, payment_id
LIMIT {limit:UInt16}
