-- One visit in fifty pays a while after it began; one payment in twenty-five is of no known visit. Half are settled in the
-- currency of the site.
INSERT INTO payments (
  site_id, payment_id, provider, account_id, livemode, kind, charged_at, day, amount, currency, settled_amount,
  settled_currency, fee, visitor_id, session_id, visit_day, confidence, hostname, entry_page, referrer, source, channel,
  utm_source, utm_medium, utm_campaign, utm_content, utm_term, country, region, city, browser, browser_version, os,
  os_version, device, verified_at, version, inserted_at
)
WITH
  cityHash64({seed:UInt64}, session_id) AS hash,
  hash % 25 != 0 AS known
SELECT
  site_id,
  concat('cs_live_', lower(hex(hash)), lower(hex(cityHash64(hash, 1)))) AS payment_id,
  'stripe',
  concat('acct_', toString(site_id)),
  true,
  'one_off',
  least(started_at + INTERVAL 90 SECOND, ended_at) AS charged_at,
  day,
  toInt64(500 + cityHash64(hash, 2) % 20000) AS amount,
  ['eur', 'usd'][1 + cityHash64(hash, 3) % 2] AS currency,
  if(cityHash64(hash, 4) % 2 = 0, toInt64(amount * 0.9), NULL) AS settled_amount,
  if(settled_amount IS NULL, '', 'eur'),
  if(settled_amount IS NULL, NULL, toInt64(amount * 0.03)),
  if(known, visitor_id, 0),
  if(known, session_id, 0),
  if(known, day, toDate(0)),
  if(known, 'same_visit', 'unattributed'),
  if(known, hostname, ''), if(known, entry_page, ''), if(known, referrer, ''), if(known, source, ''),
  if(known, channel, ''), if(known, utm_source, ''), if(known, utm_medium, ''), if(known, utm_campaign, ''),
  if(known, utm_content, ''), if(known, utm_term, ''), if(known, country, ''), if(known, region, ''),
  if(known, city, ''), if(known, browser, ''), if(known, browser_version, ''), if(known, os, ''),
  if(known, os_version, ''), if(known, device, ''),
  charged_at + INTERVAL 2 SECOND AS verified_at,
  toUnixTimestamp64Micro(toDateTime64(verified_at, 6, 'UTC')) AS version,
  verified_at AS inserted_at
FROM sessions FINAL
WHERE day = {day:Date}
  AND cityHash64({seed:UInt64}, session_id, 'pays') % 50 = 0
