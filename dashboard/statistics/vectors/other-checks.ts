import { z } from 'zod'
import { bucketOf, bucketRanges, fnv1a32 } from '../../../schema/experiment/assignment.ts'
import { betaQuantile, betaTails, logBeta } from '../functions/beta.ts'
import { chiSquareTail } from '../functions/chi-square.ts'
import { gammaTails, logGamma } from '../functions/gamma.ts'
import { normalCdf, normalQuantile } from '../functions/normal.ts'
import { studentCdf, studentQuantile } from '../functions/student-t.ts'
import { holm } from '../methods/holm.ts'
import { ratioVariance } from '../methods/moments.ts'
import { quantile } from '../methods/outlier-cap.ts'
import { sampleRatio } from '../methods/sample-ratio.ts'
import { present } from './arms.ts'
import { type Check, check, says } from './vector.ts'

const number = z.number()
const numbers = z.array(z.number())
const columns = z.array(z.string()).optional()

type Distribution = (x: number, one: number, two: number) => number

/** By the names that scipy gives them. */
const distributions = new Map<string, Distribution>([
  ['norm_cdf', normalCdf],
  ['norm_ppf', normalQuantile],
  ['t_cdf', studentCdf],
  ['t_ppf', studentQuantile],
  ['chi2_sf', chiSquareTail],
  ['beta_cdf', (x, a, b) => betaTails({ a, b }, x).lower],
  ['beta_ppf', (p, a, b) => betaQuantile({ a, b }, p)],
  ['betainc', (a, b, x) => betaTails({ a, b }, x).lower],
  ['betaln', logBeta],
  ['gammaln', logGamma],
  ['gammainc_upper', (a, x) => gammaTails(a, x).upper],
  ['gammainc_lower', (a, x) => gammaTails(a, x).lower],
])

/** GrowthBook's first hash is biased and ours is the second; the first is here to check a vector of both. */
const legacyBucket = (seed: string, value: string) => (fnv1a32(value + seed) % 1_000) / 1_000

function winsorizedSum(values: readonly number[], low: number, high: number): number {
  return values.reduce((sum, x) => sum + Math.min(Math.max(x, low), high), 0)
}

const notUsed = (category: string, shape: z.ZodRawShape, unknown: string) =>
  check(category, shape, () => ({ unknown }))
const anything = z.unknown()

export const otherChecks: readonly Check[] = [
  check('srm', { observed: numbers, weights: numbers }, ({ observed, weights }) => {
    const { chiSquare, p } = present(sampleRatio(observed, weights))
    return { chi2: chiSquare, p }
  }),
  notUsed(
    'srm',
    { batches: anything, null: anything, dirichlet_alpha: anything },
    'the product checks the split by Pearson’s chi-square, not by a sequential Bayes factor',
  ),
  check('multiplicity', { p: numbers }, ({ p }, vector) => {
    if (says(vector, /holm/i) && !says(vector, /sidak|šidák/i)) return { adjusted: holm(p) }
    return { unknown: 'the product adjusts by Holm only' }
  }),
  check('winsorize', { control: numbers, treatment: numbers, lower: number, upper: number }, (inputs) => {
    const { control, treatment, lower, upper } = inputs
    const pooled = [...control, ...treatment].sort((a, b) => a - b)
    const [low, high] = [quantile(pooled, lower), quantile(pooled, upper)]
    const sums = [winsorizedSum(control, low, high), winsorizedSum(treatment, low, high)]
    return { lower_bound: low, upper_bound: high, sums }
  }),
  check(
    'ratio-delta',
    { mean_num: number, mean_den: number, var_num: number, var_den: number, cov: number },
    ({ mean_num, mean_den, var_num, var_den, cov }) => ({
      ratio_var: ratioVariance(
        { mean: mean_num, variance: var_num },
        { mean: mean_den, variance: var_den },
        cov,
      ),
    }),
  ),
  notUsed('ratio-delta', { means: anything, cov: anything }, 'the product compares no two ratios of one arm'),
  check(
    'assignment',
    { cases: z.array(z.tuple([z.string(), z.string(), z.union([z.literal(1), z.literal(2)])])), columns },
    ({ cases }) => ({
      bucket: cases.map(([seed, value, version]) => (version === 2 ? bucketOf : legacyBucket)(seed, value)),
    }),
  ),
  check('assignment', { cases: z.array(z.tuple([number, number, numbers])), columns }, ({ cases }) => ({
    ranges: cases.map(([, coverage, weights]) => bucketRanges(weights, coverage)),
  })),
  check('distributions', { cases: z.array(z.tuple([z.string()], number)), columns }, ({ cases }) => {
    const names = cases.map(([name]) => name)
    const strange = names.filter((name) => !distributions.has(name))
    if (strange.length > 0) return { unknown: `no function for ${strange.join(', ')}` }
    return {
      values: cases.map(([name, x = Number.NaN, one = Number.NaN, two = Number.NaN]) =>
        present(distributions.get(name)?.(x, one, two) ?? null),
      ),
    }
  }),
]

/** Categories that the product has no use for, and why. */
export const unusedCategories: ReadonlyMap<string, string> = new Map([
  ['cuped', 'visitor ids rotate daily, so no visitor is known from before the test'],
  ['group-sequential', 'the product looks on an any-time band and once at the planned end'],
  ['zero-inflated-revenue', 'the product judges revenue by its mean, not by a lognormal model'],
])
