SELECT
  c.method AS method,
  c.key_hint AS key_hint,
  c.livemode AS livemode,
  c.connected_at AS connected_at,
  c.deleted AS deleted,
  toString(c.version) AS version,
  h.state AS health_state,
  h.detail AS health_detail,
  h.checked_at AS health_checked_at
FROM (SELECT * FROM revenue_connections FINAL WHERE site_id = {site_id:UInt32} AND provider = 'stripe') AS c
LEFT JOIN (SELECT * FROM connection_health FINAL WHERE site_id = {site_id:UInt32}) AS h
  ON h.provider = c.provider
