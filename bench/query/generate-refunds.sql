-- One payment in thirty is given back in part or whole, three days later.
INSERT INTO refunds (
  site_id, refund_id, payment_id, provider, account_id, livemode, status, refunded_at, day, amount, currency, deducted,
  settled_deducted, settled_currency, fee, verified_at, version, inserted_at
)
SELECT
  site_id,
  concat('re_', substring(payment_id, 9)),
  payment_id,
  provider,
  account_id,
  livemode,
  'succeeded',
  charged_at + INTERVAL 3 DAY AS refunded_at,
  toDate(day + 3),
  intDiv(amount, 1 + version % 2) AS amount,
  currency,
  amount,
  if(settled_amount IS NULL, NULL, intDiv(settled_amount, 1 + version % 2)),
  settled_currency,
  NULL,
  refunded_at + INTERVAL 2 SECOND AS verified_at,
  toUnixTimestamp64Micro(toDateTime64(verified_at, 6, 'UTC')),
  verified_at
FROM payments FINAL
WHERE day = {day:Date}
  AND cityHash64({seed:UInt64}, payment_id, 'refund') % 30 = 0
