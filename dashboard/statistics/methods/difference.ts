import { studentQuantile, studentTail } from '../functions/student-t.ts'
import type { Moments } from './moments.ts'

export type Interval = { low: number; high: number }
/** `greater`: the treatment is better than the control; `less`: worse. */
export type Alternative = 'two-sided' | 'greater' | 'less'

/** Treatment against control: the effect, its standard error and Welch–Satterthwaite degrees of freedom. */
export type Difference = { effect: number; standardError: number; df: number }

/** Each arm is [control, treatment]. */
type Pair = readonly [control: Moments, treatment: Moments]

/**
 * Difference of the means (statistics.md 1.3 "Absolute"). The scale on which tests are decided.
 *
 * @returns null when neither arm varies, so that there is nothing to judge a difference by
 */
export function absoluteDifference(...[control, treatment]: Pair): Difference | null {
  const variance = absoluteVariance(control, treatment)
  return difference(treatment.mean - control.mean, variance, welchDf(control, treatment))
}

/**
 * Difference in units of the control's mean, by the delta method (statistics.md 1.3 "Relative, delta"). For plans
 * and estimates; never for a verdict, because on sparse revenue estimate and error move together (section 1.4).
 *
 * @returns null when the control's mean is 0 or neither arm varies
 */
export function relativeDifference(...[control, treatment]: Pair): Difference | null {
  if (control.mean === 0) return null
  const effect = (treatment.mean - control.mean) / Math.abs(control.mean)
  return difference(effect, relativeVariance(control, treatment), welchDf(control, treatment))
}

export const absoluteVariance = (...[control, treatment]: Pair) =>
  control.variance / control.n + treatment.variance / treatment.n

export function relativeVariance(...[control, treatment]: Pair): number {
  const square = control.mean * control.mean
  const ofTreatment = treatment.variance / (treatment.n * square)
  return ofTreatment + (control.variance * treatment.mean * treatment.mean) / (control.n * square * square)
}

/** Welch–Satterthwaite degrees of freedom; infinite for an arm of one unit. */
function welchDf(...[control, treatment]: Pair): number {
  const a = control.variance / control.n
  const b = treatment.variance / treatment.n
  const below = share(a, control.n) + share(b, treatment.n)
  return below > 0 ? (a + b) ** 2 / below : Number.POSITIVE_INFINITY
}

const share = (variance: number, n: number) => (n > 1 ? (variance * variance) / (n - 1) : 0)

function difference(effect: number, variance: number, df: number): Difference | null {
  const standardError = Math.sqrt(variance)
  const usable = standardError > 0 && Number.isFinite(standardError) && Number.isFinite(effect)
  return usable ? { effect, standardError, df } : null
}

/** Welch's t and its p-value (statistics.md 1.3 "Absolute"). */
export function welchTest({ effect, standardError, df }: Difference, alternative: Alternative = 'two-sided') {
  const t = effect / standardError
  if (alternative === 'greater') return { t, p: studentTail(t, df) }
  if (alternative === 'less') return { t, p: studentTail(-t, df) }
  return { t, p: Math.min(1, 2 * studentTail(Math.abs(t), df)) }
}

/** Welch's interval at level 1 − alpha; one-sided ones are open towards the alternative. */
export function welchInterval(
  { effect, standardError, df }: Difference,
  alpha: number,
  alternative: Alternative = 'two-sided',
): Interval {
  const reach = -studentQuantile(alternative === 'two-sided' ? alpha / 2 : alpha, df) * standardError
  return {
    low: alternative === 'less' ? Number.NEGATIVE_INFINITY : effect - reach,
    high: alternative === 'greater' ? Number.POSITIVE_INFINITY : effect + reach,
  }
}

/** effect ± multiplier · standard error. */
export const intervalAt = (
  { effect, standardError }: Pick<Difference, 'effect' | 'standardError'>,
  multiplier: number,
): Interval => ({ low: effect - multiplier * standardError, high: effect + multiplier * standardError })
