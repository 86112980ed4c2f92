FROM payments
    WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND session_id != 0
      AND ({{days}}{{deducted}})
