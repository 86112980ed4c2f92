SELECT
  login_hash,
  user_id,
  created_at,
  last_seen_at,
  version
FROM logins FINAL
WHERE NOT deleted
  AND ({login_hash:String} = '' OR login_hash = {login_hash:String})
  AND ({user_id:UInt64} = 0 OR user_id = {user_id:UInt64})
