SELECT event_id AS id
FROM events
WHERE batch_id = {batch_id:UInt64}
  AND received_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
  AND received_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
