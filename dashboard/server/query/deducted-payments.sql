 OR payment_id IN (
        SELECT payment_id
        FROM {{table}}
        WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND {{days}}
      )
