ALTER TABLE traffic_daily
DELETE WHERE run_id = {run_id:UInt64} AND has({dimensions:Array(String)}, dimension)
