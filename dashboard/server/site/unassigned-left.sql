SELECT 1 AS found
FROM unassigned_payments
WHERE notEmpty(site_ids) AND hasAll({deleted_ids:Array(UInt32)}, site_ids)
LIMIT 1
