ALTER TABLE {table:Identifier}
DELETE WHERE site_id = {site_id:UInt32} AND version < {version:UInt64}
SETTINGS mutations_sync = 2
