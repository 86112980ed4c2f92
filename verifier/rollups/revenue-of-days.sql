-- Charges, refunds and lost disputes of some days, each under every value of the visit that earned the payment. Pages,
-- hosts and names are those of the visit's events before the charge: they overlap.
INSERT INTO revenue_daily (
  site_id, livemode, dimension, day, value, run_id, currency, settled_currency, orders, paying_visits, gross,
  settled_gross, refunded, settled_refunded, lost, settled_lost
)
WITH
  wanted AS (SELECT arrayJoin(arrayZip({site_ids:Array(UInt32)}, {days:Array(Date)}))),
  movements AS (
    SELECT
      site_id, livemode, payment_id, day, currency,
      if(settled_amount IS NULL, '', toString(settled_currency)) AS settled_currency,
      toUInt64(amount > 0) AS orders,
      toUInt64((site_id, livemode, payment_id) IN (
        SELECT site_id, livemode, argMin(payment_id, (charged_at, payment_id))
        FROM payments FINAL
        WHERE site_id IN {site_ids:Array(UInt32)} AND amount > 0 AND session_id != 0
        GROUP BY site_id, livemode, session_id
      )) AS paying_visits,
      amount AS gross, ifNull(settled_amount, 0) AS settled_gross,
      toInt64(0) AS refunded, toInt64(0) AS settled_refunded, toInt64(0) AS lost, toInt64(0) AS settled_lost
    FROM payments FINAL
    WHERE (site_id, day) IN wanted
    UNION ALL
    SELECT
      site_id, livemode, payment_id, day, currency,
      if(settled_deducted IS NULL, '', toString(settled_currency)), 0, 0, 0, 0,
      deducted, ifNull(settled_deducted, 0), 0, 0
    FROM refunds FINAL
    WHERE (site_id, day) IN wanted
    UNION ALL
    SELECT
      site_id, livemode, payment_id, day, currency,
      if(settled_deducted IS NULL, '', toString(settled_currency)), 0, 0, 0, 0,
      0, 0, deducted, ifNull(settled_deducted, 0)
    FROM disputes FINAL
    WHERE (site_id, day) IN wanted
  ),
  concerned AS (
    SELECT *
    FROM payments FINAL
    WHERE (site_id, payment_id) IN (SELECT site_id, payment_id FROM movements)
  ),
  visits AS (
    SELECT
      site_id,
      session_id,
      argMax(pathname, pageview_no) AS exit_page,
      groupArray((received_at, pathname, toString(hostname), toString(name))) AS events
    FROM events
    WHERE (site_id, day) IN (SELECT site_id, visit_day FROM concerned WHERE session_id != 0)
      AND session_id IN (SELECT session_id FROM concerned WHERE session_id != 0)
    GROUP BY site_id, session_id
  )
SELECT
  m.site_id,
  m.livemode,
  held.1 AS dimension,
  m.day,
  held.2 AS value,
  transform(bitShiftLeft(toUInt64(m.site_id), 16) + toUInt16(m.day), {keys:Array(UInt64)}, {run_ids:Array(UInt64)}, 0) AS run_id,
  m.currency,
  m.settled_currency,
  sum(m.orders),
  sum(m.paying_visits),
  sum(m.gross),
  sum(m.settled_gross),
  sum(m.refunded),
  sum(m.settled_refunded),
  sum(m.lost),
  sum(m.settled_lost)
FROM movements AS m
LEFT JOIN (
  SELECT
    p.site_id AS site_id,
    p.payment_id AS payment_id,
    p.confidence != 'unattributed' AS known,
    arrayFilter(event -> event.1 <= p.charged_at, v.events) AS seen,
    [
      ('visit:entry_page', p.entry_page),
      ('visit:exit_page', v.exit_page),
      ('visit:source', toString(p.source)),
      ('visit:channel', toString(p.channel)),
      ('visit:referrer', p.referrer),
      ('visit:utm_source', toString(p.utm_source)),
      ('visit:utm_medium', toString(p.utm_medium)),
      ('visit:utm_campaign', toString(p.utm_campaign)),
      ('visit:utm_content', toString(p.utm_content)),
      ('visit:utm_term', toString(p.utm_term)),
      ('visit:country', toString(p.country)),
      ('visit:region', toString(p.region)),
      ('visit:city', toString(p.city)),
      ('visit:browser', toString(p.browser)),
      ('visit:browser_version', toString(p.browser_version)),
      ('visit:os', toString(p.os)),
      ('visit:os_version', toString(p.os_version)),
      ('visit:device', toString(p.device))
    ] AS of_visit,
    arrayConcat(
      arrayMap(page -> ('event:page', page), arrayDistinct(seen.2)),
      arrayMap(host -> ('event:hostname', host), arrayDistinct(seen.3)),
      arrayMap(event_name -> ('event:name', event_name), arrayDistinct(seen.4))
    ) AS of_events
  FROM concerned AS p
  LEFT JOIN visits AS v ON v.site_id = p.site_id AND v.session_id = p.session_id
) AS h ON h.site_id = m.site_id AND h.payment_id = m.payment_id
ARRAY JOIN arrayConcat(
  [('total', '')],
  if(h.known, h.of_visit, arrayMap(visit_dimension -> (visit_dimension, '(unattributed)'), [
    'visit:entry_page', 'visit:exit_page', 'visit:source', 'visit:channel', 'visit:referrer', 'visit:utm_source',
    'visit:utm_medium', 'visit:utm_campaign', 'visit:utm_content', 'visit:utm_term', 'visit:country', 'visit:region',
    'visit:city', 'visit:browser', 'visit:browser_version', 'visit:os', 'visit:os_version', 'visit:device'
  ])),
  if(notEmpty(h.of_events), h.of_events, arrayMap(event_dimension -> (event_dimension, '(unattributed)'), [
    'event:page', 'event:hostname', 'event:name'
  ]))
) AS held
GROUP BY m.site_id, m.livemode, dimension, m.day, value, m.currency, m.settled_currency
