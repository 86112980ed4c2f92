-- A version is the instant of its change in microseconds; the last change of a deleted site is its deletion.
SELECT
  site_id,
  toInt64(intDiv(version, 1000)) AS deleted_at
FROM sites FINAL
WHERE deleted
ORDER BY site_id
