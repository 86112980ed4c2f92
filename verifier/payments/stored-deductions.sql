SELECT *
FROM {table:Identifier} FINAL
WHERE site_id IN {site_ids:Array(UInt32)}
  AND {id:Identifier} IN {ids:Array(String)}
