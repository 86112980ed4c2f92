-- Runs that no process has ended.
SELECT job, scope, site_ids, run_id, started_at, finished_at, result, detail, rows, version
FROM job_runs FINAL
WHERE result = 'running'
