payment_id IN (
      -- An order of a visit that ordered before makes no second paying visit. Looking only at the visits that pay on
      -- these days halves the time.
      SELECT argMin(payment_id, (charged_at, payment_id))
      FROM payments FINAL
      WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND amount > 0 AND session_id IN (
        SELECT session_id
        FROM payments
        WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND {{days}} AND session_id != 0
      )
      GROUP BY session_id
    )
