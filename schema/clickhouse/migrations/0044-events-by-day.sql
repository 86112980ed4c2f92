-- How many events each site's days have, kept with every part: tells at once whether a day's rollup is up to date,
-- however late its events came and whatever the clocks said. Costs an insert nothing that can be measured.
ALTER TABLE events
  ADD PROJECTION IF NOT EXISTS events_by_day (SELECT site_id, day, count() GROUP BY site_id, day)
