-- By the engine's clock: marks the days that a rollup has to compute again (ruling 4).
ALTER TABLE disputes
  ADD COLUMN IF NOT EXISTS inserted_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
