-- Claims of these Checkout Sessions that may still change, with the last thing that is written about them, or nothing.
WITH states AS (
  SELECT site_id, stripe_session_id, state, attempts, version
  FROM claim_states FINAL
  WHERE site_id IN {site_ids:Array(UInt32)}
    AND stripe_session_id IN {stripe_session_ids:Array(String)}
)
SELECT
  c.site_id AS site_id,
  c.stripe_session_id AS stripe_session_id,
  c.first_claimed_at AS first_claimed_at,
  if(s.state = '', 'new', s.state) AS state,
  s.attempts AS attempts,
  s.version AS version
FROM (
  SELECT site_id, stripe_session_id, min(claimed_at) AS first_claimed_at
  FROM payment_claims
  WHERE site_id IN {site_ids:Array(UInt32)}
    AND stripe_session_id IN {stripe_session_ids:Array(String)}
  GROUP BY site_id, stripe_session_id
) AS c
LEFT JOIN (SELECT site_id, stripe_session_id, toString(state) AS state, attempts, version FROM states) AS s
  ON s.site_id = c.site_id AND s.stripe_session_id = c.stripe_session_id
WHERE s.state NOT IN ('paid', 'rejected')
