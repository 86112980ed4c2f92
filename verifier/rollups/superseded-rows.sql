SELECT
  count() AS all_rows,
  countIf(run_id NOT IN (SELECT run_id FROM rollup_runs FINAL WHERE kind = {kind:String})) AS superseded
FROM {table:Identifier}
