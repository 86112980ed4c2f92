-- The first claim of each Checkout Session: it wins the attribution, whoever opened the page later.
SELECT
  site_id,
  stripe_session_id,
  claimed_at,
  day AS visit_day,
  visitor_id,
  session_id,
  confidence,
  hostname,
  entry_page,
  referrer,
  source,
  channel,
  utm_source,
  utm_medium,
  utm_campaign,
  utm_content,
  utm_term,
  country,
  region,
  city,
  browser,
  browser_version,
  os,
  os_version,
  device
FROM payment_claims
WHERE site_id IN {site_ids:Array(UInt32)}
  AND stripe_session_id IN {stripe_session_ids:Array(String)}
ORDER BY claimed_at, claim_id
LIMIT 1 BY site_id, stripe_session_id
