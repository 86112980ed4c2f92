-- One local day of some sites: every column is a hash of the seed, the day and the number of the visit, so that the same
-- seed gives the same rows. Values are skewed as they are in life: few pages, sources and places have most of the visits.
INSERT INTO events (
  site_id, day, name, visitor_id, session_id, received_at, inserted_at, event_id, batch_id, event_no, pageview_no,
  interaction_no, hostname, pathname, entry_page, referrer, source, channel, utm_source, utm_medium, utm_campaign,
  utm_content, utm_term, country, region, city, browser, browser_version, os, os_version, device
)
WITH
  (salt) -> cityHash64({seed:UInt64}, {day:Date}, {first_site:UInt32}, number, salt) AS hash,
  (salt) -> hash(salt) / 18446744073709551615. AS part,
  (salt, most) -> toString(toUInt32(pow(part(salt), 3) * most)) AS skewed,
  (view) -> toUInt32(pow(cityHash64({seed:UInt64}, {day:Date}, {first_site:UInt32}, number, 1000 + view) / 18446744073709551615., 4) * {pages:UInt32}) AS page,
  (view) -> if(page(view) = 0, '/', concat('/', ['blog', 'docs', 'shop', 'guides'][page(view) % 4 + 1], '/page-', toString(page(view)))) AS path
SELECT
  site_id,
  {day:Date} AS day,
  event.2 AS name,
  visitor_id,
  session_id,
  fromUnixTimestamp64Milli(toInt64(started_ms + (event.1 - 1) * pause_ms), 'UTC') AS received_at,
  received_at + INTERVAL 1 SECOND AS inserted_at,
  generateUUIDv4() AS event_id,
  toUInt64({day:Date}) AS batch_id,
  event.1 AS event_no,
  event.3 AS pageview_no,
  event.1 AS interaction_no,
  concat('site-', toString(site_id), '.example') AS hostname,
  event.4 AS pathname,
  entry_page,
  referrer, source, channel, utm_source, utm_medium, utm_campaign, utm_content, utm_term, country, region, city,
  browser, browser_version, os, os_version, device
FROM (
  SELECT
    number,
    toUInt32({first_site:UInt32} + floor(pow(part(1), 2.5) * {sites:UInt32})) AS site_id,
    -- four visitors in five come once a day
    cityHash64({seed:UInt64}, {day:Date}, site_id, hash(2) % toUInt64({visits_a_day:UInt64} * 2)) AS visitor_id,
    toUInt64({day_start_ms:Int64} + toInt64(part(3) * {day_ms:Int64})) AS started_ms,
    bitShiftLeft(started_ms, 20) + hash(4) % 1048576 AS session_id,
    toUInt32(least(30, 1 + floor(-log(part(5) + 1e-12) * 2.1))) AS event_count,
    5000 + hash(6) % 60000 AS pause_ms,
    arrayMap(no -> if(no > 1 AND cityHash64({seed:UInt64}, session_id, no) % 12 = 0, ['Add to cart', 'Signup', 'Search'][cityHash64(session_id, no) % 3 + 1], 'pageview'), range(1, event_count + 1)) AS names,
    arrayCumSum(arrayMap(name -> toUInt32(name = 'pageview'), names)) AS pageviews,
    arrayMap((no, name, view) -> (toUInt32(no), name, toUInt32(view), path(view)), range(1, event_count + 1), names, pageviews) AS events,
    path(1) AS entry_page,
    hash(7) % 10 AS origin,
    multiIf(origin < 4, '', origin < 7, 'Google', concat('Source ', skewed(8, 60))) AS source,
    multiIf(origin < 4, 'Direct', origin < 7, 'Organic Search', ['Referral', 'Organic Social', 'Paid Search', 'Email', 'Paid Social'][hash(9) % 5 + 1]) AS channel,
    multiIf(origin < 4, '', origin < 7, 'google.com', concat('ref-', skewed(10, 4000), '.example/post')) AS referrer,
    if(hash(11) % 4 = 0, concat('s', skewed(12, 30)), '') AS utm_source,
    if(hash(11) % 4 = 0, ['cpc', 'email', 'social', 'banner'][hash(13) % 4 + 1], '') AS utm_medium,
    if(hash(11) % 4 = 0, concat('campaign-', skewed(14, 200)), '') AS utm_campaign,
    if(hash(11) % 4 = 0, concat('content-', skewed(15, 1000)), '') AS utm_content,
    if(hash(11) % 8 = 0, concat('term-', skewed(16, 1000)), '') AS utm_term,
    substring('USDEGBFRINBRCAJPESITNLSEAUMXPLKRTRIDCHBEDKNOFIATIEPTGRCZROHUZAARCLCOTHVNPHMYSGNZILAEEGNG', 1 + 2 * toUInt32(pow(part(17), 3) * 44), 2) AS country,
    concat(country, '-', skewed(18, 16)) AS region,
    concat('City ', country, skewed(19, 150)) AS city,
    ['Chrome', 'Safari', 'Edge', 'Firefox', 'Samsung Internet', 'Opera'][1 + toUInt32(pow(part(20), 2) * 6)] AS browser,
    toString(120 + toUInt32(part(21) * 25)) AS browser_version,
    ['Windows', 'iOS', 'Android', 'Mac OS', 'Linux'][1 + toUInt32(part(22) * 5)] AS os,
    toString(8 + toUInt32(part(23) * 9)) AS os_version,
    ['desktop', 'mobile', 'tablet'][1 + toUInt32(pow(part(24), 1.5) * 3)] AS device
  FROM numbers({first_visit:UInt64}, {visits:UInt64})
)
ARRAY JOIN events AS event
