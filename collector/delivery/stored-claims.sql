SELECT claim_id AS id
FROM payment_claims
WHERE batch_id = {batch_id:UInt64}
  AND claimed_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
  AND claimed_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
