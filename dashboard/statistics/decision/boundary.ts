import { normalQuantile, twoSidedQuantile } from '../functions/normal.ts'
import { anyTimeMultiplier, anyTimeMultiplierOneSided } from '../methods/any-time.ts'
import { levels, tightestAt } from '../methods/testing-mode.ts'
import type { ExperimentPlan } from './plan.ts'

/** Which boundary judges a look: the one that holds at every look, or the narrow one of the single planned look. */
export type Basis = 'any_time' | 'planned_end'

/** Which comparison: the challenger's place in the plan's variants, and the visitors of it and the control so far. */
export type Pair = { challenger: number; visitors: number }

/** Level and narrowest point of the any-time band of a pair; null when the mode does not look early. */
export function bandOf(plan: ExperimentPlan, { challenger, visitors }: Pair, comparisons: number) {
  const { early } = levels(plan.mode, comparisons)
  if (early === null) return null
  return { n: visitors, tightestAt: tightestAt(plannedVisitors(plan, challenger)), alpha: early }
}

/**
 * How many standard errors a difference must reach at a look (statistics.md 1.5): the any-time multiplier at
 * α = .01/k, the planned one at α = .04/k in mode hybrid. Infinite where the mode does not look.
 */
export function boundary(plan: ExperimentPlan, basis: Basis, pair: Pair, comparisons: number): number {
  if (basis === 'any_time') {
    const band = bandOf(plan, pair, comparisons)
    return band === null ? Number.POSITIVE_INFINITY : anyTimeMultiplier(band)
  }
  const { planned } = levels(plan.mode, comparisons)
  return planned === null ? Number.POSITIVE_INFINITY : twoSidedQuantile(planned)
}

/** The one-sided boundary of a guardrail's margin, uncorrected for several challengers. */
export function oneSidedBoundary(plan: ExperimentPlan, basis: Basis, pair: Pair): number {
  if (basis === 'any_time') {
    const band = bandOf(plan, pair, 1)
    return band === null ? Number.POSITIVE_INFINITY : anyTimeMultiplierOneSided(band)
  }
  const { planned } = levels(plan.mode, 1)
  return planned === null ? Number.POSITIVE_INFINITY : -normalQuantile(planned)
}

/** Planned visitors of the control and one challenger. */
function plannedVisitors({ variants, planned_visitors }: ExperimentPlan, challenger: number): number {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0)
  const share = (variants[0]?.weight ?? 0) + (variants[challenger]?.weight ?? 0)
  return (planned_visitors * share) / total
}
