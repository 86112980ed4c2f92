SELECT site_id
FROM {table:Identifier}
WHERE site_id IN {site_ids:Array(UInt32)}
LIMIT 1
