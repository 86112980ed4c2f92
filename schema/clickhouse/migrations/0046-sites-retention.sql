-- How long visits are kept one by one: whole months, this one not counted. What rollups say of a day, and payments, stay.
ALTER TABLE sites
  ADD COLUMN IF NOT EXISTS retention_months UInt16 DEFAULT 25 COMMENT '0 keeps them for ever' AFTER revenue_attribution
