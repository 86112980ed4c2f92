import { chiSquareTail } from '../functions/chi-square.ts'

/** A split with a smaller p-value is not the planned one: 0.9 % ever false alarms over 28 daily looks (section 1.4). */
export const SAMPLE_RATIO_ALARM = 0.001

/**
 * Pearson's chi-square of the visitors per arm against the planned weights (statistics.md 1.3 "SRM").
 *
 * @returns null without visitors, with fewer than two arms, or with weights that are not above 0
 */
export function sampleRatio(
  observed: readonly number[],
  weights: readonly number[],
): { chiSquare: number; p: number } | null {
  const visitors = observed.reduce((sum, n) => sum + n, 0)
  const weight = weights.reduce((sum, w) => sum + w, 0)
  const usable = observed.length === weights.length && weights.length >= 2 && weights.every((w) => w > 0)
  if (!(usable && visitors > 0)) return null
  let chiSquare = 0
  for (const [i, n] of observed.entries()) {
    const expected = (visitors * (weights[i] ?? 0)) / weight
    chiSquare += (n - expected) ** 2 / expected
  }
  return { chiSquare, p: chiSquareTail(chiSquare, weights.length - 1) }
}
