-- The days whose money is not what their rollup was made of. What a charge counts depends on its own version, on whether
-- it is the first order of its visit, and on the events of that visit's day, which late ones change; a refund and a
-- dispute depend on those of their payment too.
WITH
  of_payments AS (
    SELECT
      p.site_id AS site_id,
      p.payment_id AS payment_id,
      p.day AS day,
      cityHash64(
        p.payment_id,
        p.version,
        (p.site_id, p.livemode, p.payment_id) IN (
          SELECT site_id, livemode, argMin(payment_id, (charged_at, payment_id))
          FROM payments FINAL
          WHERE site_id IN {site_ids:Array(UInt32)} AND amount > 0 AND session_id != 0
          GROUP BY site_id, livemode, session_id
        ),
        if(p.session_id = 0, 0, e.events)
      ) AS hash
    FROM (
      SELECT site_id, livemode, payment_id, day, version, session_id, visit_day
      FROM payments FINAL
      WHERE site_id IN {site_ids:Array(UInt32)}
    ) AS p
    LEFT JOIN (
      SELECT site_id, day, count() AS events
      FROM events
      WHERE site_id IN {site_ids:Array(UInt32)}
      GROUP BY site_id, day
    ) AS e ON e.site_id = p.site_id AND e.day = p.visit_day
  )
SELECT
  if(now.site_id = 0, done.site_id, now.site_id) AS site_id,
  toString(if(now.site_id = 0, done.day, now.day)) AS day,
  toString(now.source) AS source
FROM (
  SELECT site_id, day, sum(hash) AS source
  FROM (
    SELECT site_id, day, hash FROM of_payments
    UNION ALL
    SELECT r.site_id, r.day, cityHash64('refund', r.refund_id, r.version, p.hash)
    FROM (SELECT * FROM refunds FINAL WHERE site_id IN {site_ids:Array(UInt32)}) AS r
    LEFT JOIN of_payments AS p ON p.site_id = r.site_id AND p.payment_id = r.payment_id
    UNION ALL
    SELECT d.site_id, d.day, cityHash64('dispute', d.dispute_id, d.version, p.hash)
    FROM (SELECT * FROM disputes FINAL WHERE site_id IN {site_ids:Array(UInt32)}) AS d
    LEFT JOIN of_payments AS p ON p.site_id = d.site_id AND p.payment_id = d.payment_id
  )
  GROUP BY site_id, day
) AS now
FULL OUTER JOIN (
  SELECT site_id, day, source
  FROM rollup_runs FINAL
  WHERE kind = 'revenue' AND site_id IN {site_ids:Array(UInt32)}
) AS done ON done.site_id = now.site_id AND done.day = now.day
WHERE now.source != done.source
ORDER BY site_id, day
