import { z } from 'zod'
import { studentQuantile } from '../functions/student-t.ts'
import { absoluteDifference, relativeDifference, welchInterval, welchTest } from '../methods/difference.ts'
import { fiellerInterval, logRatio, logRatioInterval } from '../methods/relative-lift.ts'
import { alternative, arm, differenceScale, present, sampleMoments } from './arms.ts'
import { type Check, check, says } from './vector.ts'

const alpha = z.number().default(0.05)
const sample = z.array(z.number()).min(2)

export const comparisonChecks: readonly Check[] = [
  check(
    'welch',
    { control: arm, treatment: arm, difference: differenceScale.default('absolute'), alternative, alpha },
    ({ control, treatment, difference, alternative, alpha }, vector) => {
      if (says(vector, /student|equal variance/i))
        return { unknown: 'the product does not assume equal variances' }
      const compare = difference === 'absolute' ? absoluteDifference : relativeDifference
      const result = present(compare(control, treatment))
      const { low, high } = welchInterval(result, alpha, alternative)
      const { effect, standardError: se, df } = result
      return { effect, se, df, ci: [low, high], ...welchTest(result, alternative) }
    },
  ),
  check('welch', { sample0: sample, sample1: sample, alpha }, ({ sample0, sample1, alpha }, vector) => {
    if (says(vector, /student|equal variance|mann/i)) return { unknown: 'not a Welch test' }
    const result = present(absoluteDifference(sampleMoments(sample1), sampleMoments(sample0)))
    const { low, high } = welchInterval(result, alpha)
    return { effect: result.effect, df: result.df, ci: [low, high], ...welchTest(result) }
  }),
  check(
    'relative-log-ci',
    { control: arm, treatment: arm, alpha },
    ({ control, treatment, alpha }, vector) => {
      const absolute = present(absoluteDifference(control, treatment))
      const relative = present(logRatio(control, treatment))
      const ends = (quantileDf: number) => logRatioInterval(relative, -studentQuantile(alpha / 2, quantileDf))
      const { low, high } = ends(relative.df)
      const { effect, standardError: se, df } = absolute
      const shared = { effect, se, df, rel_effect: relative.lift, ...welchTest(absolute) }
      if (says(vector, /fieller/i)) {
        const fieller = fiellerInterval(control, treatment, -studentQuantile(alpha / 2, Number.MAX_VALUE))
        return { ...shared, ci: fieller === null ? [null, null] : [fieller.low, fieller.high] }
      }
      const { low: lowest, high: highest } = welchInterval(absolute, alpha)
      return { ...shared, ci_abs: [lowest, highest], rel_ci_log: [low, high] }
    },
  ),
]
