SELECT minOrNull(next_attempt_at) AS next_due
FROM claim_states FINAL
WHERE site_id IN {site_ids:Array(UInt32)}
