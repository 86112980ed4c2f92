{{kind}} JOIN (
  -- What the paying visits did before they paid.
  SELECT {{columns}} q.payment_id AS payment_id
  FROM events AS e
  INNER JOIN (
    SELECT payment_id, session_id, charged_at
    FROM payments FINAL
    WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND day BETWEEN {from:Date} AND {to:Date}
      AND session_id != 0
  ) AS q ON q.session_id = e.session_id
  WHERE e.site_id = {site_id:UInt32}
    AND (e.day, e.visitor_id, e.session_id) IN (
      SELECT visit_day, visitor_id, session_id
      FROM payments FINAL
      WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND day BETWEEN {from:Date} AND {to:Date}
        AND session_id != 0
    )
    AND e.received_at <= q.charged_at
    {{conditions}}
  GROUP BY {{keys}} q.payment_id
) AS seen ON seen.payment_id = p.payment_id
