SELECT time_zone
FROM system.time_zones
WHERE lower(time_zone) = lower({timezone:String})
LIMIT 1
