import { solveInBracket } from '../functions/bracket.ts'
import { normalQuantile } from '../functions/normal.ts'
import { type Baseline, revenueMoments } from './baseline.ts'
import { type Demand, visitorsForMeans, visitorsForRates } from './sample-size.ts'

/** A lift below a tenth of a thousandth is nobody's plan; the search for a rate's smallest lift starts here. */
const LEAST_LIFT = 1e-7

/**
 * Visitors per arm to see a relative lift from a baseline that is taken as known, not rounded; the inverse is
 * `smallestLift`.
 *
 * @returns null when the lift takes a rate out of (0, 1)
 */
export function visitorsForLift(baseline: Baseline, lift: number, demand: Demand): number | null {
  if (baseline.measure === 'revenue') {
    const { mean, variance } = revenueMoments(baseline)
    return visitorsForMeans(lift * mean, variance, demand)
  }
  const to = baseline.rate * (1 + lift)
  return to > 0 && to < 1 ? visitorsForRates({ from: baseline.rate, to }, demand) : null
}

/**
 * Smallest relative lift that `perArm` visitors in each arm show with the demanded power.
 *
 * @returns null when even a rate of nearly 100 % would not show
 */
export function smallestLift(baseline: Baseline, perArm: number, demand: Demand): number | null {
  if (!(perArm > 0)) return null
  if (baseline.measure === 'revenue') {
    const { mean, variance } = revenueMoments(baseline)
    return ((demand.multiplier + normalQuantile(demand.power)) * Math.sqrt((2 * variance) / perArm)) / mean
  }
  const { rate } = baseline
  const highest = (1 - rate) / rate
  const excess = (lift: number) => perArm - visitorsForRates({ from: rate, to: rate * (1 + lift) }, demand)
  if (!(excess(highest) > 0) || excess(LEAST_LIFT) > 0) return null
  return solveInBracket(excess, LEAST_LIFT, highest)
}

/**
 * Smallest relative lift when the baseline is estimated by the running test itself, both arms with one variance:
 * the quadratic (1 − g) r² − 2 r + 1 − g = 0 with g = K² s² / (n m²) (statistics.md 1.3 "Relative MDE").
 *
 * @param reach K, the boundary in standard errors plus the quantile of the power
 * @returns null while the baseline is too uncertain (g ≥ 1)
 */
export function smallestLiftSoFar(
  { n, mean, variance }: { n: number; mean: number; variance: number },
  reach: number,
): number | null {
  const g = (reach * reach * variance) / (n * mean * mean)
  if (!(g < 1 && mean > 0)) return null
  return (1 + Math.sqrt(1 - (1 - g) ** 2)) / (1 - g) - 1
}
