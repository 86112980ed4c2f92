import { solveInBracket } from '../functions/bracket.ts'
import { normalQuantile } from '../functions/normal.ts'
import { anyTimeMultiplier } from '../methods/any-time.ts'
import type { Demand } from './sample-size.ts'

const WEEK = 7
const SHORTEST_DAYS = 14
/** Estimates past this many days are hidden: such a test is not worth starting (statistics.md 1.3 "Days left"). */
export const LONGEST_DAYS = 90
/** Past a million times today's visitors no growth is worth naming. */
const MOST_GROWTH = 2 ** 20

/** Days to reach `visitors`, rounded up to whole weeks and at least 14, so that weekdays count alike. */
export function plannedDays(visitors: number, dailyVisitors: number): number {
  if (!(dailyVisitors > 0)) return Number.POSITIVE_INFINITY
  return Math.max(SHORTEST_DAYS, Math.ceil(visitors / dailyVisitors / WEEK) * WEEK)
}

/** A running comparison: the standard error on the scale of `effect`, both relative or both absolute. */
type Progress = { standardError: number; effect: number }

/** How many times today's visitors are still needed at a boundary that does not move: (K·SE/effect)² − 1, at least 0. */
export function growthNeeded({ standardError, effect }: Progress, { multiplier, power }: Demand): number {
  const reach = multiplier + normalQuantile(power)
  return Math.max(0, ((reach * standardError) / effect) ** 2 - 1)
}

/**
 * The same under an any-time band, whose multiplier changes with n.
 *
 * @returns infinity past a million times today's visitors
 */
export function growthNeededAnyTime(
  { standardError, effect }: Progress,
  { n, tightestAt, alpha, power }: { n: number; tightestAt: number; alpha: number; power: number },
): number {
  const spare = (growth: number) => {
    const multiplier = anyTimeMultiplier({ n: n * (1 + growth), tightestAt, alpha })
    return (Math.abs(effect) * Math.sqrt(1 + growth)) / standardError - multiplier - normalQuantile(power)
  }
  if (spare(0) >= 0) return 0
  if (!(spare(MOST_GROWTH) > 0)) return Number.POSITIVE_INFINITY
  return solveInBracket(spare, 0, MOST_GROWTH)
}
