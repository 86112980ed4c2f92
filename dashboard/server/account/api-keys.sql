SELECT
  key_id,
  user_id,
  name,
  key_hash,
  key_hint,
  scope,
  created_at,
  version
FROM api_keys FINAL
WHERE NOT deleted
ORDER BY key_id
