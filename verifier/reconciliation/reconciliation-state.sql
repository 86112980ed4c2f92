SELECT site_id, account_id, livemode, swept_until, last_run_at, last_result, detail, window_from, window_until, sums, version
FROM reconciliation FINAL
WHERE site_id IN {site_ids:Array(UInt32)} AND livemode = {livemode:Bool}
