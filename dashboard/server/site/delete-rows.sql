ALTER TABLE {table:Identifier}
DELETE WHERE has({site_ids:Array(UInt32)}, site_id)
SETTINGS mutations_sync = 2
