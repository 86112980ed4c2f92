-- Which Payment Links a site may claim, where an owner limits them; empty allows all. Written by the dashboard.
ALTER TABLE revenue_connections
  ADD COLUMN IF NOT EXISTS payment_links Array(String) AFTER account_id
