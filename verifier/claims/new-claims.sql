-- Checkout Sessions that were claimed but have no state yet. An anti-join rather than a watermark: the journal may
-- deliver a claim late. The window only makes the frequent look cheap; the whole table is looked through at intervals.
WITH recent AS (
  SELECT site_id, stripe_session_id, claimed_at
  FROM payment_claims
  WHERE site_id IN {site_ids:Array(UInt32)}
    AND inserted_at >= now64(3, 'UTC') - toIntervalSecond({window_s:UInt32})
)
SELECT
  site_id,
  stripe_session_id,
  min(claimed_at) AS first_claimed_at,
  'new' AS state,
  0 AS attempts,
  '0' AS version
FROM recent
WHERE (site_id, stripe_session_id) NOT IN (
  SELECT site_id, stripe_session_id
  FROM claim_states
  WHERE (site_id, stripe_session_id) IN (SELECT site_id, stripe_session_id FROM recent)
)
GROUP BY site_id, stripe_session_id
ORDER BY first_claimed_at, stripe_session_id
LIMIT {limit:UInt32} BY site_id
