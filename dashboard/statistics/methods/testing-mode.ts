import { twoSidedQuantile } from '../functions/normal.ts'
import { anyTimeMultiplier } from './any-time.ts'

/**
 * How a test may end (statistics.md 1.5). `hybrid`: at any look on a wide band, and once at the planned end on a
 * narrow one. `sequential`: at any look only, without an end. `fixed`: at the planned end only.
 */
export const testingModes = ['hybrid', 'sequential', 'fixed'] as const
export type TestingMode = (typeof testingModes)[number]

/** Share of false verdicts allowed in all; hybrid splits it between the early looks and the planned one. */
const TOTAL = 0.05
const HYBRID = { early: 0.01, planned: 0.04 }

/** Error levels of one comparison; null where the mode does not look. */
export type Levels = { early: number | null; planned: number | null }

/** Levels after Bonferroni over `comparisons` challengers; 1 for guardrails, which stay on the safe side. */
export function levels(mode: TestingMode, comparisons: number): Levels {
  if (mode === 'hybrid') return { early: HYBRID.early / comparisons, planned: HYBRID.planned / comparisons }
  if (mode === 'sequential') return { early: TOTAL / comparisons, planned: null }
  return { early: null, planned: TOTAL / comparisons }
}

/** How many standard errors an effect must reach at the planned size: what calculators count with. */
export function multiplierAtPlan(mode: TestingMode, comparisons: number): number {
  const { early, planned } = levels(mode, comparisons)
  if (planned !== null) return twoSidedQuantile(planned)
  if (early === null) return Number.POSITIVE_INFINITY
  return anyTimeMultiplier({ n: 1, tightestAt: tightestAt(1), alpha: early })
}

/** The band is narrowest half-way to the planned visitors of the two arms, so that it helps early and late. */
export const tightestAt = (plannedVisitorsOfPair: number) => plannedVisitorsOfPair / 2
