-- One payment in thirty is given back whole, three days later.
INSERT INTO refunds (
  site_id, refund_id, payment_id, provider, account_id, livemode, status, refunded_at, day, amount, currency, deducted,
  settled_deducted, settled_currency, fee, verified_at, version
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
  day + 3,
  amount,
  currency,
  amount,
  settled_amount,
  settled_currency,
  NULL,
  refunded_at + INTERVAL 2 SECOND AS verified_at,
  toUnixTimestamp64Micro(toDateTime64(verified_at, 6, 'UTC'))
FROM payments FINAL
WHERE site_id = {site_id:UInt32} AND visit_day = {day:Date} AND cityHash64({seed:UInt64}, payment_id, 'refund') % 30 = 0
