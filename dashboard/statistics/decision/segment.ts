import { twoSidedQuantile } from '../functions/normal.ts'
import { absoluteDifference, intervalAt } from '../methods/difference.ts'
import { agrestiCaffoInterval } from '../methods/rates.ts'
import { lift, type Range } from './lift.ts'
import type { Measure } from './plan.ts'
import { type GoalSums, momentsOf } from './sums.ts'

const ALPHA = 0.05

/**
 * A challenger against the control among the visitors of one device, source or country: 95 % intervals to explore
 * with, never a verdict. Rates by Agresti–Caffo, which suits small samples.
 */
export function compareSegment(
  control: GoalSums,
  treatment: GoalSums,
  measure: Measure,
): { difference: Range | null; lift: Range | null } {
  const [before, after] = [momentsOf(control, measure), momentsOf(treatment, measure)]
  if (before === null || after === null) return { difference: null, lift: null }
  const multiplier = twoSidedQuantile(ALPHA)
  const value = after.mean - before.mean
  const difference = absoluteDifference(before, after)
  const interval =
    measure === 'rate'
      ? agrestiCaffoInterval(asRate(treatment), asRate(control), ALPHA)
      : difference && intervalAt(difference, multiplier)
  return {
    difference: interval && { value, ...interval },
    lift: difference && lift(before, after, multiplier),
  }
}

const asRate = ({ converters, visitors }: GoalSums) => ({ successes: converters, n: visitors })
