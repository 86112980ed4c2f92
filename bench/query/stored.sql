SELECT
  (SELECT count() FROM events) AS events,
  sumIf(bytes_on_disk, table NOT IN ('traffic_daily', 'revenue_daily')) AS bytes,
  sumIf(rows, table IN ('traffic_daily', 'revenue_daily')) AS rollup_rows,
  sumIf(bytes_on_disk, table IN ('traffic_daily', 'revenue_daily')) AS rollup_bytes,
  (SELECT count() FROM events WHERE site_id = 1 AND day >= {from:Date}) AS first_site,
  (SELECT count() FROM events WHERE site_id = 2 AND day >= {from:Date}) AS second_site,
  version() AS engine
FROM system.parts
WHERE active AND database = currentDatabase()
