SELECT max(experiment_id) AS experiment_id FROM experiments WHERE site_id = {site_id:UInt32}
