SELECT DISTINCT table
FROM system.columns
WHERE database = currentDatabase()
  AND name = 'site_id'
  -- The row in `sites` stays as the mark of a deleted site. A view has no rows of its own.
  AND table != 'sites'
  AND table IN (
    SELECT name FROM system.tables
    WHERE database = currentDatabase() AND engine LIKE '%MergeTree'
  )
ORDER BY table
