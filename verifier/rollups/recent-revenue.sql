SELECT DISTINCT site_id
FROM (
  SELECT site_id FROM payments WHERE inserted_at >= {since:DateTime64(3, 'UTC')}
  UNION ALL
  SELECT site_id FROM refunds WHERE inserted_at >= {since:DateTime64(3, 'UTC')}
  UNION ALL
  SELECT site_id FROM disputes WHERE inserted_at >= {since:DateTime64(3, 'UTC')}
)
