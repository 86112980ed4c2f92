{{kind}} JOIN (
  -- What the paying visits did, and when first. The set of visits is looked at before any other column is read: that
  -- takes half of the time of a join with all events.
  SELECT {{columns}} session_id, min(received_at) AS first_at
  FROM events
  PREWHERE site_id = {site_id:UInt32}
    AND day IN (SELECT visit_day {{concerned}})
    AND session_id IN (SELECT session_id {{concerned}})
  WHERE 1 {{conditions}}
  GROUP BY {{keys}} session_id
) AS seen ON seen.session_id = p.session_id AND seen.first_at <= p.charged_at
