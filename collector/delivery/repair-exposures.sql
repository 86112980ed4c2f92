INSERT INTO exposures
SELECT
  site_id,
  toUInt32OrZero(props['experiment']) AS experiment_id,
  toUInt16OrZero(props['phase']) AS phase,
  day,
  visitor_id,
  min(received_at) AS exposed_at,
  argMinState(toLowCardinality(props['variant']), received_at) AS variant,
  min(props['variant']) AS variant_least,
  max(props['variant']) AS variant_most,
  any(e.device) AS device,
  any(e.source) AS source,
  any(e.country) AS country
FROM events AS e
WHERE name = 'exposure' AND visitor_id != 0
  AND batch_id = {batch_id:UInt64}
  AND received_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
  AND received_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY site_id, experiment_id, phase, day, visitor_id
