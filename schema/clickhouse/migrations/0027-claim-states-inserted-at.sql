-- By the engine's clock, as claim_retries has it: a retry counts when it was asked for after the state was written.
ALTER TABLE claim_states
  ADD COLUMN IF NOT EXISTS inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
