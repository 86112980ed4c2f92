-- Reports of other providers' payments that are not in payments as they were last sent. A payment takes the version of
-- its report over, so that each report is copied once.
SELECT
  site_id,
  payment_id,
  provider,
  livemode,
  kind,
  charged_at,
  amount,
  currency,
  settled_amount,
  settled_currency,
  fee,
  refunded_amount,
  refunded_at,
  visit_reference,
  version
FROM external_payments FINAL
WHERE site_id IN {site_ids:Array(UInt32)}
  AND (site_id, payment_id, version) NOT IN (
    SELECT site_id, payment_id, version
    FROM payments
    WHERE site_id IN {site_ids:Array(UInt32)} AND startsWith(payment_id, 'ext:')
  )
ORDER BY version, payment_id
LIMIT {limit:UInt32}
