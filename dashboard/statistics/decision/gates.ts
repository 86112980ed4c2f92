import { z } from 'zod'
import { SAMPLE_RATIO_ALARM, sampleRatio } from '../methods/sample-ratio.ts'
import type { Look } from './looks.ts'
import type { Measure } from './plan.ts'
import type { GoalSums } from './sums.ts'

/** Least data for any verdict (statistics.md 0.4). */
export const LEAST_DAYS = 7
export const LEAST_CONVERTERS = 25
export const LEAST_BUYERS = 100
/** With fewer visitors expected in an arm, chi-square says nothing about the split (GrowthBook's limit). */
const LEAST_VISITORS_FOR_SPLIT = 8

/**
 * What is missing before a verdict. `others` are visitors that did not convert: a rate near 100 % is as sparse as one
 * near 0.
 */
export const shortfall = z.object({
  of: z.enum(['whole_days', 'conversions', 'others', 'buyers']),
  have: z.number(),
  need: z.number(),
})
export type Shortfall = z.infer<typeof shortfall>

/** The first gate that the arms of a comparison do not pass; null when all are passed. */
export function shortfallOf(
  arms: readonly GoalSums[],
  wholeDays: number,
  measure: Measure,
): Shortfall | null {
  const fewest = Math.min(...arms.map(({ converters }) => converters))
  if (measure === 'revenue' && fewest < LEAST_BUYERS)
    return { of: 'buyers', have: fewest, need: LEAST_BUYERS }
  if (measure === 'rate') {
    if (fewest < LEAST_CONVERTERS) return { of: 'conversions', have: fewest, need: LEAST_CONVERTERS }
    const others = Math.min(...arms.map(({ visitors, converters }) => visitors - converters))
    if (others < LEAST_CONVERTERS) return { of: 'others', have: others, need: LEAST_CONVERTERS }
  }
  return wholeDays < LEAST_DAYS ? { of: 'whole_days', have: wholeDays, need: LEAST_DAYS } : null
}

/** Planned and seen shares of visitors, and how likely such a split is by chance. */
export const splitCheck = z.object({
  p: z.number(),
  seen: z.array(z.number()),
  planned: z.array(z.number()),
  alarm: z.boolean(),
})
export type SplitCheck = z.infer<typeof splitCheck>

/** Sample-ratio check of a look; null while there are too few visitors. */
export function checkSplit({ arms }: Look, weights: readonly number[]): SplitCheck | null {
  const counts = arms.map(({ visitors }) => visitors)
  const visitors = counts.reduce((sum, n) => sum + n, 0)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const planned = weights.map((weight) => weight / total)
  const ratio = sampleRatio(counts, weights)
  if (ratio === null || Math.min(...planned) * visitors < LEAST_VISITORS_FOR_SPLIT) return null
  const seen = counts.map((n) => n / visitors)
  return { p: ratio.p, seen, planned, alarm: ratio.p < SAMPLE_RATIO_ALARM }
}
