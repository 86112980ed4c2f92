SELECT max(version) AS version
FROM (
  SELECT max(version) AS version FROM payments WHERE provider = 'stripe'
  UNION ALL
  SELECT max(version) AS version FROM claim_states
  UNION ALL
  SELECT max(version) AS version FROM refunds WHERE provider = 'stripe'
  UNION ALL
  SELECT max(version) AS version FROM disputes
  UNION ALL
  SELECT max(version) AS version FROM unassigned_payments
)
