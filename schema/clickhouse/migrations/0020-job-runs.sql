-- What ran on the clock: each run of a job is one row, written when it starts, as it goes and when it ends; the latest
-- version wins. Written by the verifier alone.
CREATE TABLE job_runs (
  job LowCardinality(String),
  scope String COMMENT 'acct_.../live, acct_.../test, or empty for the whole installation',
  site_ids Array(UInt32) COMMENT 'the sites that it was for; empty for the whole installation',
  run_id UUID,
  started_at DateTime64(3, 'UTC'),
  finished_at Nullable(DateTime64(3, 'UTC')) COMMENT 'NULL while it runs, and for ever when the process was killed',
  result LowCardinality(String) COMMENT 'running, ok, failed or interrupted',
  detail String COMMENT 'in the words of the owner',
  rows UInt64 COMMENT 'objects handled so far',
  version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (job, scope, started_at, run_id)
TTL toDateTime(started_at) + INTERVAL 90 DAY
