import type { Interval } from './difference.ts'
import type { Moments } from './moments.ts'

/** Treatment / control − 1, and the standard error and degrees of freedom of the logarithm of the ratio. */
export type LogRatio = { lift: number; standardError: number; df: number }

/**
 * Ratio of the means on the log scale (statistics.md 1.3 "Relative, log ratio"; degrees of freedom as tea-tasting
 * has them, from the variances over the squared means).
 *
 * @returns null unless both means are above 0
 */
export function logRatio(control: Moments, treatment: Moments): LogRatio | null {
  if (!(control.mean > 0 && treatment.mean > 0)) return null
  const a = control.variance / (control.n * control.mean ** 2)
  const b = treatment.variance / (treatment.n * treatment.mean ** 2)
  const below = share(a, control.n) + share(b, treatment.n)
  const df = below > 0 ? (a + b) ** 2 / below : Number.POSITIVE_INFINITY
  return { lift: treatment.mean / control.mean - 1, standardError: Math.sqrt(a + b), df }
}

const share = (variance: number, n: number) => (n > 1 ? (variance * variance) / (n - 1) : 0)

/** The lift's interval, ratio · exp(±multiplier · SE) − 1: never below −100 %. */
export function logRatioInterval({ lift, standardError }: LogRatio, multiplier: number): Interval {
  const reach = Math.exp(multiplier * standardError)
  return { low: (1 + lift) / reach - 1, high: (1 + lift) * reach - 1 }
}

/**
 * Fieller's interval of the lift (statistics.md 1.3 "Relative, Fieller"): also for a treatment whose mean is 0 or
 * below, as after refunds, where the log ratio has no value.
 *
 * @returns null when the baseline is too uncertain (g ≥ 1) or not above 0
 */
export function fiellerInterval(control: Moments, treatment: Moments, multiplier: number): Interval | null {
  if (!(control.mean > 0)) return null
  const ratio = treatment.mean / control.mean
  const ofControl = control.variance / control.n
  const g = (multiplier ** 2 * ofControl) / control.mean ** 2
  if (!(g < 1)) return null
  const spread = Math.sqrt(ratio ** 2 * ofControl + ((1 - g) * treatment.variance) / treatment.n)
  const reach = (multiplier / control.mean) * spread
  return { low: (ratio - reach) / (1 - g) - 1, high: (ratio + reach) / (1 - g) - 1 }
}
