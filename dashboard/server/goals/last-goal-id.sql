SELECT max(goal_id) AS goal_id FROM goals WHERE site_id = {site_id:UInt32}
