SELECT
  reason,
  sum(count) AS count,
  max(last_at) AS last_at
FROM dropped FINAL
WHERE site_id = {site_id:UInt32} AND day >= {from:Date}
GROUP BY reason
ORDER BY count DESC, reason
