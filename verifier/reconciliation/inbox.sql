-- Events that were pushed and not handled yet, the oldest first. An anti-join rather than a watermark, as for claims.
WITH recent AS (
  SELECT site_id, event_id, type, object_id, received_at
  FROM stripe_events_inbox
  WHERE site_id IN {site_ids:Array(UInt32)}
    AND inserted_at >= now64(3, 'UTC') - toIntervalSecond({window_s:UInt32})
)
SELECT event_id, any(site_id) AS site_id, any(type) AS type, any(object_id) AS object_id
FROM recent
WHERE event_id NOT IN (SELECT event_id FROM stripe_events WHERE event_id IN (SELECT event_id FROM recent))
GROUP BY event_id
ORDER BY min(received_at), event_id
LIMIT {limit:UInt32} BY site_id
