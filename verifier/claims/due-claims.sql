-- Claims to ask Stripe about again: their time has come, or they wait for a key and their site now has one that works.
-- Those of the other mode wait for a key of their own mode. Those that waited for a key are told when it is refused.
SELECT site_id, stripe_session_id, first_claimed_at, state, attempts, version
FROM claim_states FINAL
WHERE (
    site_id IN {site_ids:Array(UInt32)}
    AND (
      next_attempt_at <= {now:DateTime64(3, 'UTC')}
      OR (next_attempt_at IS NULL AND state IN ('retrying', 'key_rejected'))
      OR (
        next_attempt_at IS NULL AND state = 'wrong_mode'
        AND startsWith(stripe_session_id, if(site_id IN {live_site_ids:Array(UInt32)}, 'cs_live_', 'cs_test_'))
      )
    )
  )
  OR (site_id IN {refused_site_ids:Array(UInt32)} AND next_attempt_at IS NULL AND state = 'retrying')
ORDER BY ifNull(next_attempt_at, first_claimed_at), stripe_session_id
LIMIT {limit:UInt32} BY site_id
