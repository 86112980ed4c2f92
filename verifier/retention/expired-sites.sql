-- The projection events_by_day has the days.
SELECT site_id
FROM (SELECT site_id, day, count() AS events FROM events WHERE site_id IN {site_ids:Array(UInt32)} GROUP BY site_id, day)
WHERE day < transform(site_id, {site_ids:Array(UInt32)}, {first_days:Array(Date)}, toDate(0))
GROUP BY site_id
ORDER BY site_id
