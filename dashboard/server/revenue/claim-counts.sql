SELECT
  if(s.state = '', 'new', s.state) AS state,
  count() AS count,
  max(c.last_claimed_at) AS last_claimed_at
FROM (
  SELECT stripe_session_id, max(claimed_at) AS last_claimed_at
  FROM payment_claims
  WHERE site_id = {site_id:UInt32}
  GROUP BY stripe_session_id
) AS c
LEFT JOIN (
  SELECT stripe_session_id, toString(state) AS state
  FROM claim_states FINAL
  WHERE site_id = {site_id:UInt32}
) AS s ON s.stripe_session_id = c.stripe_session_id
GROUP BY state
