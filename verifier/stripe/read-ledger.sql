-- What other runs of the verifier missed on a day.
SELECT account, site_id, sum(latest) AS misses
FROM (
  SELECT account, site_id, run_id, max(misses) AS latest
  FROM stripe_reads
  WHERE day = {day:Date} AND run_id != {run_id:UInt64}
  GROUP BY account, site_id, run_id
)
GROUP BY account, site_id
