SELECT site_id, retention_months
FROM sites FINAL
WHERE NOT deleted
