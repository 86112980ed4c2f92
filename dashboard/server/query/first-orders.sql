payment_id IN (
      -- An order of a visit that ordered before makes no second paying visit.
      SELECT argMin(payment_id, (charged_at, payment_id))
      FROM payments FINAL
      WHERE site_id = {site_id:UInt32} AND livemode = {livemode:Bool} AND amount > 0 AND session_id != 0
      GROUP BY session_id
    )
