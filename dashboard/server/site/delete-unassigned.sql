ALTER TABLE unassigned_payments
DELETE WHERE notEmpty(site_ids) AND hasAll({deleted_ids:Array(UInt32)}, site_ids)
SETTINGS mutations_sync = 2
