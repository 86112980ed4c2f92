SELECT event_id
FROM stripe_events
WHERE event_id IN {event_ids:Array(String)}
