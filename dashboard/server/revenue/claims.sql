SELECT
  c.stripe_session_id AS stripe_session_id,
  if(s.state = '', 'new', s.state) AS state,
  s.reason AS reason,
  c.first_claimed_at AS first_claimed_at,
  s.next_attempt_at AS next_attempt_at,
  s.attempts AS attempts,
  c.source AS source,
  c.entry_page AS entry_page,
  p.payment_id AS payment_id,
  p.amount AS amount,
  p.currency AS currency
FROM (
  SELECT
    stripe_session_id,
    min(claimed_at) AS first_claimed_at,
    toString(argMin(source, claimed_at)) AS source,
    argMin(entry_page, claimed_at) AS entry_page
  FROM payment_claims
  WHERE site_id = {site_id:UInt32}
  GROUP BY stripe_session_id
) AS c
LEFT JOIN (
  SELECT stripe_session_id, toString(state) AS state, reason, next_attempt_at, attempts, payment_id
  FROM claim_states FINAL
  WHERE site_id = {site_id:UInt32}
) AS s ON s.stripe_session_id = c.stripe_session_id
LEFT JOIN (
  SELECT payment_id, amount, toString(currency) AS currency
  FROM payments FINAL
  WHERE site_id = {site_id:UInt32}
) AS p ON p.payment_id = s.payment_id
WHERE ({state:String} = '' OR state = {state:String})
  AND (c.first_claimed_at, c.stripe_session_id) < ({before_at:DateTime64(3, 'UTC')}, {before_id:String})
ORDER BY c.first_claimed_at DESC, c.stripe_session_id DESC
LIMIT {limit:UInt16}
