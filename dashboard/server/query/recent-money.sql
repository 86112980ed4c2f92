SELECT 'payment' AS kind, payment_id, toString(session_id) AS session_id, toString(day) AS day
FROM payments
WHERE site_id = {site_id:UInt32} AND inserted_at >= {since:DateTime64(3, 'UTC')}
UNION ALL
SELECT 'deduction', payment_id, '0', toString(day)
FROM refunds
WHERE site_id = {site_id:UInt32} AND inserted_at >= {since:DateTime64(3, 'UTC')}
UNION ALL
SELECT 'deduction', payment_id, '0', toString(day)
FROM disputes
WHERE site_id = {site_id:UInt32} AND inserted_at >= {since:DateTime64(3, 'UTC')}
