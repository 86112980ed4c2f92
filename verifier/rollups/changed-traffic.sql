-- The days whose events are not those that their rollup counted. Both sides are small: the projection events_by_day has
-- the counts. A day that was computed a moment ago waits: after midnight, visits that go on add to it for an hour, and
-- reports read it from facts meanwhile. A day without events is left as it was computed: its facts are past their retention.
SELECT
  e.site_id AS site_id,
  toString(e.day) AS day,
  toString(e.events) AS source
FROM (
  SELECT site_id, day, count() AS events
  FROM events
  WHERE day >= {from:Date}
  GROUP BY site_id, day
) AS e
LEFT JOIN (
  SELECT site_id, day, source, finished_at
  FROM rollup_runs FINAL
  WHERE kind = 'traffic' AND day >= {from:Date}
) AS r ON r.site_id = e.site_id AND r.day = e.day
WHERE e.events != r.source AND r.finished_at <= now64(3, 'UTC') - INTERVAL {rest_ms:UInt32} MILLISECOND
ORDER BY site_id, day
