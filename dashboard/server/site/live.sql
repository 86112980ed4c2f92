WITH
  -- In the order of the key, so that one granule is read however many events there are.
  (SELECT day FROM events WHERE site_id = {site_id:UInt32} ORDER BY site_id, day LIMIT 1) AS first_day,
  (SELECT day FROM events WHERE site_id = {site_id:UInt32} ORDER BY site_id DESC, day DESC LIMIT 1) AS last_day
SELECT
  count() AS events,
  minIf(received_at, day = first_day) AS first_event_at,
  max(received_at) AS last_event_at,
  uniqExactIf(visitor_id, received_at >= {active_since:DateTime64(3, 'UTC')}) AS visitors_now
FROM events
-- A visit that began on the day before the last may still be going on after midnight.
WHERE site_id = {site_id:UInt32} AND (day = first_day OR day >= last_day - 1)
