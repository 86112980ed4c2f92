ALTER TABLE {table:Identifier}
DELETE WHERE day < transform(site_id, {site_ids:Array(UInt32)}, {first_days:Array(Date)}, toDate(0))
SETTINGS mutations_sync = 2
