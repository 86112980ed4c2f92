-- Claims that an owner asked to be looked up again after their state was written.
SELECT s.site_id AS site_id, s.stripe_session_id AS stripe_session_id, first_claimed_at, state, attempts, version
FROM (
  SELECT site_id, stripe_session_id, first_claimed_at, state, attempts, version, inserted_at
  FROM claim_states FINAL
  WHERE (site_id, stripe_session_id) IN (
    SELECT site_id, stripe_session_id FROM claim_retries WHERE site_id IN {site_ids:Array(UInt32)}
  )
) AS s
INNER JOIN (
  SELECT site_id, stripe_session_id, max(inserted_at) AS asked_at
  FROM claim_retries
  WHERE site_id IN {site_ids:Array(UInt32)}
  GROUP BY site_id, stripe_session_id
) AS r ON r.site_id = s.site_id AND r.stripe_session_id = s.stripe_session_id
WHERE r.asked_at >= s.inserted_at
ORDER BY r.asked_at, stripe_session_id
LIMIT {limit:UInt32} BY site_id
