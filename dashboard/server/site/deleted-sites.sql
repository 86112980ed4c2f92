SELECT site_id
FROM sites FINAL
WHERE deleted
ORDER BY site_id
