SELECT site_id, method, sealed_key, key_hint, livemode, account_id, payment_links, version
FROM revenue_connections FINAL
WHERE provider = 'stripe' AND NOT deleted AND sealed_key != ''
ORDER BY site_id
