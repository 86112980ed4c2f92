-- Three visitors in a hundred of a day pay a minute after their exposure; amounts are lognormal.
INSERT INTO payments (
  site_id, payment_id, provider, account_id, livemode, kind, charged_at, day, amount, currency, settled_amount,
  settled_currency, fee, visitor_id, session_id, visit_day, confidence, source, country, device, verified_at, version
)
WITH
  cityHash64({seed:UInt64}, visitor_id, 'pays') AS hash,
  (cityHash64(hash, 1) + 1) / 18446744073709551616. AS one,
  cityHash64(hash, 2) / 18446744073709551616. AS other,
  variant_least = 'b' AS treated
SELECT
  site_id,
  concat('cs_live_', lower(hex(hash))),
  'stripe',
  'acct_1',
  true,
  'one_off',
  toDateTime64(exposed_at, 3, 'UTC') + INTERVAL 60 SECOND AS charged_at,
  day,
  toInt64(4000 * exp(0.8 * sqrt(-2 * log(one)) * cos(2 * pi() * other))) AS amount,
  'usd',
  amount,
  'usd',
  toInt64(amount * 0.03),
  visitor_id,
  bitShiftLeft(toUInt64(toUnixTimestamp64Milli(exposed_at)), 20),
  day,
  'exact',
  source, country, device,
  charged_at + INTERVAL 2 SECOND AS verified_at,
  toUnixTimestamp64Micro(toDateTime64(verified_at, 6, 'UTC'))
FROM exposures FINAL
WHERE site_id = {site_id:UInt32} AND experiment_id = {experiment_id:UInt32} AND day = {day:Date}
  AND hash % 1000 < if(treated, 32, 30)
