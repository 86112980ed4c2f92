{{kind}} JOIN (
  -- What the paying visits did before they paid. The set of visits is looked at before any other column is read: that
  -- takes half of the time of a join with all events.
  SELECT {{columns}} q.payment_id AS payment_id
  FROM (
    SELECT *
    FROM events
    PREWHERE site_id = {site_id:UInt32}
      AND day IN (SELECT visit_day {{any_version}})
      AND session_id IN (SELECT session_id {{any_version}})
  ) AS e
  INNER JOIN (SELECT payment_id, session_id, charged_at {{concerned}}) AS q ON q.session_id = e.session_id
  WHERE e.received_at <= q.charged_at
    {{conditions}}
  GROUP BY {{keys}} q.payment_id
) AS seen ON seen.payment_id = p.payment_id
