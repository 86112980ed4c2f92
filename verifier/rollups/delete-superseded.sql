-- Not those of days that were computed in the last minutes: a report may still be reading the run before.
ALTER TABLE {table:Identifier}
DELETE WHERE run_id NOT IN (SELECT run_id FROM rollup_runs FINAL WHERE kind = {kind:String})
  AND (site_id, day) NOT IN (
    SELECT site_id, day
    FROM rollup_runs FINAL
    WHERE kind = {kind:String} AND finished_at > now64(3, 'UTC') - INTERVAL 10 MINUTE
  )
