-- For the parts that were there before; it runs in the background, and until then they are counted row by row.
ALTER TABLE events MATERIALIZE PROJECTION events_by_day
