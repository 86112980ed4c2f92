SELECT goal_id, name, target, created_at, toString(version) AS version
FROM goals FINAL
WHERE site_id = {site_id:UInt32} AND NOT deleted
ORDER BY name, goal_id
