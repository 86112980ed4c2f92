SELECT looked_at, as_of
FROM rollup_looks FINAL
WHERE kind = 'revenue'
