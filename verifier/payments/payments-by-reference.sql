-- Payments by what they refer to: the payment intent that paid, an invoice, or the subscription they belong to.
SELECT *
FROM payments FINAL
WHERE site_id IN {site_ids:Array(UInt32)}
  AND provider = 'stripe'
  AND (
    payment_intent_id IN {payment_intent_ids:Array(String)}
    OR invoice_id IN {invoice_ids:Array(String)}
    OR subscription_id IN {subscription_ids:Array(String)}
  )
