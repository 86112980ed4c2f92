/**
 * A clock for simulations: it starts at `start` (ms since 1970) and runs `speed` times as fast as life. `now` is
 * for the double and whatever it is tried with; `elapsed` (ms) never steps back, for rate limits that shall be
 * as many times higher in real time as the clock is faster.
 */
export function createScaledClock({ start, speed }: { start: number; speed: number }) {
  const began = performance.now()
  const elapsed = () => (performance.now() - began) * speed
  return { now: () => Math.floor(start + elapsed()), elapsed }
}
