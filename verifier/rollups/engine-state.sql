SELECT
  now64(3, 'UTC') AS engine_now,
  toString(getSetting('max_memory_usage')) AS memory_bytes,
  toString((SELECT max(run_id) FROM rollup_runs)) AS last_run_id,
  toString((SELECT max(version) FROM rollup_looks)) AS last_look_version
