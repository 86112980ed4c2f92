SELECT site_id, state, detail, checked_at, version
FROM connection_health FINAL
WHERE provider = 'stripe'
