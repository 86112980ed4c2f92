SELECT
  user_id,
  email,
  password_hash,
  role,
  created_at,
  version
FROM users FINAL
WHERE NOT deleted
ORDER BY user_id
