SELECT
  site_id,
  domain,
  hosts,
  timezone,
  timezone_next,
  timezone_next_at,
  currency,
  reference_key,
  payment_link_hosts,
  honour_gpc,
  revenue_attribution,
  created_at,
  toString(version) AS version
FROM sites FINAL
WHERE NOT deleted
ORDER BY domain
