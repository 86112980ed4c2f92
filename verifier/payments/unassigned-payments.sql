SELECT payment_id, payment_intent_id, version
FROM unassigned_payments FINAL
WHERE account_id = {account_id:String}
  AND livemode = {livemode:Bool}
  AND assigned_site_id = 0
  AND ({all:Bool} OR payment_id IN {payment_ids:Array(String)})
ORDER BY charged_at DESC, payment_id
LIMIT {limit:UInt32}
