-- A renewal inherits the attribution of its subscription's first payment, and a first invoice is folded into its
-- Checkout Session: both are found by these ids.
ALTER TABLE payments
  ADD COLUMN IF NOT EXISTS subscription_id String AFTER payment_intent_id,
  ADD COLUMN IF NOT EXISTS invoice_id String AFTER subscription_id
