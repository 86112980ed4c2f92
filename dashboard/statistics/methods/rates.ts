import { normalTail, twoSidedQuantile } from '../functions/normal.ts'
import { absoluteVariance, type Interval } from './difference.ts'
import { rateMoments } from './moments.ts'

/** `successes` of `n` visitors. */
export type Rate = { successes: number; n: number }

/**
 * z-test of first − second (statistics.md 1.3 "Two proportions"); `pooled` takes one variance for both arms.
 *
 * @returns null without visitors or when nothing varies (no conversions at all, or nothing else)
 */
export function proportionsTest(first: Rate, second: Rate, pooled: boolean): { z: number; p: number } | null {
  const one = rateMoments(first.successes, first.n)
  const two = rateMoments(second.successes, second.n)
  const both = rateMoments(first.successes + second.successes, first.n + second.n)
  if (one === null || two === null || both === null) return null
  const variance = pooled ? both.variance * (1 / first.n + 1 / second.n) : absoluteVariance(one, two)
  if (!(variance > 0)) return null
  const z = (one.mean - two.mean) / Math.sqrt(variance)
  return { z, p: 2 * normalTail(Math.abs(z)) }
}

/** Wald interval of first − second at level 1 − alpha. */
export function waldInterval(first: Rate, second: Rate, alpha: number): Interval | null {
  const one = rateMoments(first.successes, first.n)
  const two = rateMoments(second.successes, second.n)
  if (one === null || two === null) return null
  const reach = twoSidedQuantile(alpha) * Math.sqrt(absoluteVariance(one, two))
  const difference = one.mean - two.mean
  return { low: difference - reach, high: difference + reach }
}

/**
 * Agresti–Caffo interval of first − second: Wald's after adding a success and a failure to each arm. For the small
 * samples of a breakdown, where Wald's own is too narrow.
 */
export const agrestiCaffoInterval = (first: Rate, second: Rate, alpha: number) =>
  waldInterval(oneOfEachMore(first), oneOfEachMore(second), alpha)

const oneOfEachMore = ({ successes, n }: Rate): Rate => ({ successes: successes + 1, n: n + 2 })

/** Wilson's interval of one rate at level 1 − alpha (statistics.md 1.3 "Two proportions"). */
export function wilsonInterval({ successes, n }: Rate, alpha: number): Interval | null {
  const moments = rateMoments(successes, n)
  if (moments === null) return null
  const z = twoSidedQuantile(alpha)
  const scale = 1 + (z * z) / n
  const centre = (moments.mean + (z * z) / (2 * n)) / scale
  const half = (z / scale) * Math.sqrt(moments.variance / n + (z * z) / (4 * n * n))
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}
