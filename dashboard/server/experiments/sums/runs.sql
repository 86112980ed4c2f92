SELECT goal, toString(run_id) AS run_id, toString(summed_through) AS summed_through, CAST(later, 'Map(String, String)') AS later
FROM experiment_runs FINAL
WHERE site_id = {site_id:UInt32} AND experiment_id = {experiment_id:UInt32} AND phase = {phase:UInt16}
  AND has({goal_keys:Array(String)}, goal)
