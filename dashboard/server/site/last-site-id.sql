SELECT max(site_id) AS site_id
FROM sites
