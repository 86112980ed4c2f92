/** How fast the verifier goes about its work; in ms where nothing else is said. */
export type Pace = {
  /** Between two looks at the tables. */
  pollMs: number
  /** How long Stripe may be silent. */
  stripeTimeoutMs: number
  /** The shortest wait after a failed try. */
  backoffMs: number
  /** How long an account rests after failures in a row. */
  restMs: number
  /** Between two trials of a key that Stripe refused. */
  retestMs: number
  /** How long requests under way may take when the process stops. */
  closeMs: number
  /** Between two readings of an account's list for many claims at once. */
  bulkGapMs: number
  /** Requests a day and site about ids that Stripe does not know, before they are looked up together. */
  missesPerDay: number
  /** Between two polls of an account's events; null never polls. */
  eventsEveryMs: number | null
  /** Between two sweeps of an account's lists; null never sweeps. */
  sweepEveryMs: number | null
}

export const defaultPace: Pace = {
  pollMs: 500,
  stripeTimeoutMs: 10_000,
  backoffMs: 1000,
  restMs: 60_000,
  retestMs: 600_000,
  closeMs: 10_000,
  bulkGapMs: 600_000,
  missesPerDay: 200,
  eventsEveryMs: 110_000,
  sweepEveryMs: 86_400_000,
}
