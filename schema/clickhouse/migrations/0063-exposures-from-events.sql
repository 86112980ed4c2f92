CREATE MATERIALIZED VIEW exposures_from_events TO exposures AS
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
GROUP BY site_id, experiment_id, phase, day, visitor_id
