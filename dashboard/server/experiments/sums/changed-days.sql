-- Days of a test with facts that were inserted since a moment, by the engine's clock, and a fingerprint of these facts:
-- events never change, of the others the version counts. What is inserted is seen at once by its own table, but views may
-- follow; a day without anything new for 5 seconds is quiet, and one of 10 minutes settled, longer than any insert takes.
SELECT
  toString(day) AS day,
  toString(sum(mark)) AS fingerprint,
  max(inserted_at) <= now64(3) - INTERVAL 5 SECOND AS quiet,
  max(inserted_at) <= now64(3) - INTERVAL 10 MINUTE AS settled,
  toString(now64(3) - INTERVAL 10 MINUTE) AS horizon,
  toString(toUnixTimestamp64Micro(now64(6))) AS run_id
FROM (
  SELECT day, inserted_at, toUInt64(1) AS mark
  FROM events
  WHERE site_id = {site_id:UInt32} AND day BETWEEN {first_day:Date} AND {last_day:Date}
    AND inserted_at >= {since:DateTime64(3)}
  UNION ALL
  SELECT visit_day AS day, inserted_at, cityHash64(payment_id, version) AS mark
  FROM payments
  WHERE site_id = {site_id:UInt32} AND visit_day BETWEEN {first_day:Date} AND {last_day:Date}
    AND inserted_at >= {since:DateTime64(3)}
  UNION ALL
  SELECT p.visit_day AS day, d.inserted_at AS inserted_at, d.mark AS mark
  FROM payments AS p
  INNER JOIN (
    SELECT payment_id, inserted_at, cityHash64(refund_id, version) AS mark
    FROM refunds WHERE site_id = {site_id:UInt32} AND inserted_at >= {since:DateTime64(3)}
    UNION ALL
    SELECT payment_id, inserted_at, cityHash64(dispute_id, version) AS mark
    FROM disputes WHERE site_id = {site_id:UInt32} AND inserted_at >= {since:DateTime64(3)}
  ) AS d ON d.payment_id = p.payment_id
  WHERE p.site_id = {site_id:UInt32} AND p.visit_day BETWEEN {first_day:Date} AND {last_day:Date}
)
GROUP BY day
