INSERT INTO sites (
  site_id, domain, timezone, currency, reference_key, revenue_attribution, created_at, version
)
SELECT
  number + 1,
  concat('site-', toString(number + 1), '.example'),
  if(number < 2, 'Europe/Berlin', 'UTC'),
  'eur',
  lower(hex(SHA256(toString(number)))),
  true,
  '2026-01-01 00:00:00.000',
  1
FROM numbers({sites:UInt32})
