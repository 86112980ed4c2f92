SELECT account, list, covered_from, covered_until, read_at, version
FROM stripe_cursors FINAL
WHERE account = {account:String}
