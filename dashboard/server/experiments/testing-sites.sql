SELECT DISTINCT site_id FROM experiments FINAL WHERE status = 'running' AND NOT deleted
