SELECT
  experiment_id,
  name,
  status,
  phase,
  serving,
  plan,
  phase_started_at,
  stopped_at,
  outcomes,
  created_at,
  toString(version) AS version
FROM experiments FINAL
WHERE site_id = {site_id:UInt32} AND NOT deleted
ORDER BY experiment_id DESC
