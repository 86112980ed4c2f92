SELECT
  day,
  created_at,
  salt
FROM salts
WHERE day >= {since:Date}
ORDER BY day, created_at, salt
