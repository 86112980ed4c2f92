import { normalCdf } from '../functions/normal.ts'

/**
 * Chance that an effect of `size` standard errors passes a two-sided boundary at `multiplier` standard errors:
 * Φ(d − z) + Φ(−d − z) (statistics.md 1.3 "Sample size"). Under an any-time band this is the power of one look.
 */
export function powerAt(size: number, multiplier: number): number {
  const d = Math.abs(size)
  return normalCdf(d - multiplier) + normalCdf(-d - multiplier)
}

/** Rates of control and treatment, each between 0 and 1. */
export type RateChange = { from: number; to: number }

/** Standard deviations of one visitor's difference: under no effect (pooled), and under the effect. */
export function rateSpreads({ from, to }: RateChange): { none: number; effect: number } {
  const pooled = (from + to) / 2
  return {
    none: Math.sqrt(2 * pooled * (1 - pooled)),
    effect: Math.sqrt(from * (1 - from) + to * (1 - to)),
  }
}

/**
 * Power of a two-sided test of rates with `perArm` visitors in each arm, its wrong side left out as R's
 * power.prop.test does, so that it is the inverse of `visitorsForRates`.
 */
export function powerOfRates(change: RateChange, perArm: number, multiplier: number): number {
  const { none, effect } = rateSpreads(change)
  const size = Math.abs(change.to - change.from) * Math.sqrt(perArm)
  return normalCdf((size - multiplier * none) / effect)
}
