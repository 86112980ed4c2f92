import { z } from 'zod'
import type { Alternative } from '../methods/difference.ts'
import { type Moments, meanMoments, rateMoments, ratioMoments } from '../methods/moments.ts'

const mean = z.strictObject({
  type: z.literal('mean').optional(),
  n: z.number(),
  sum: z.number(),
  sum_squares: z.number(),
})
const rate = z.strictObject({
  type: z.enum(['prop', 'proportion', 'binomial']),
  n: z.number(),
  sum: z.number(),
})
const ratio = z.strictObject({
  type: z.literal('ratio').optional(),
  n: z.number(),
  num_sum: z.number(),
  num_sum_squares: z.number(),
  den_sum: z.number(),
  den_sum_squares: z.number(),
  num_den_sum_products: z.number(),
})

/** An arm as the public suites write it, as moments. */
export const arm = z.union([
  mean.transform((sums) => present(meanMoments(sums))),
  rate.transform(({ sum, n }) => present(rateMoments(sum, n))),
  ratio.transform((sums) => present(ratioMoments(sums))),
])

/** Two-sided unless given; the suites have several words for each side. */
export const alternative = z
  .enum(['two-sided', 'greater', 'larger', 'lesser', 'less', 'smaller'])
  .default('two-sided')
  .transform((word): Alternative => {
    if (word === 'two-sided') return word
    return word === 'greater' || word === 'larger' ? 'greater' : 'less'
  })

export const differenceScale = z.enum(['absolute', 'relative'])

export function sampleMoments(sample: readonly number[]): Moments {
  const sum = sample.reduce((total, x) => total + x, 0)
  const centre = sum / sample.length
  const squares = sample.reduce((total, x) => total + (x - centre) ** 2, 0)
  return { n: sample.length, mean: centre, variance: squares / (sample.length - 1) }
}

/** A vector whose inputs have no result is a fault of the vector or of us; either way it must be seen. */
export function present<T>(value: T | null): T {
  if (value === null) throw new RangeError('these inputs have no result')
  return value
}
