ALTER TABLE {table:Identifier}
DELETE WHERE site_id IN {site_ids:Array(UInt32)}
SETTINGS mutations_sync = 2
