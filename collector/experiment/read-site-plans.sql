SELECT *
FROM
(
  SELECT
    site_id,
    'experiment' AS kind,
    experiment_id AS id,
    toString(status) AS status,
    phase,
    serving AS content
  FROM experiments FINAL
  WHERE NOT deleted AND status IN ('draft', 'running', 'paused')
  UNION ALL
  SELECT
    site_id,
    'goal' AS kind,
    goal_id AS id,
    '' AS status,
    toUInt16(0) AS phase,
    target AS content
  FROM goals FINAL
  WHERE NOT deleted
)
ORDER BY site_id, kind, id
