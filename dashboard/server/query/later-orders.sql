SELECT arrayJoin(arraySlice(arraySort(groupArray((charged_at, payment_id))), 2)).2 AS payment_id
FROM payments FINAL
WHERE site_id = {site_id:UInt32} AND amount > 0 AND session_id IN (
  SELECT session_id
  FROM payments
  WHERE site_id = {site_id:UInt32} AND (day >= {closed:Date} OR day IN {days:Array(Date)}) AND session_id != 0
)
GROUP BY livemode, session_id
HAVING count() > 1
