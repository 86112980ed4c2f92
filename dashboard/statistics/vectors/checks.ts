import { anyTimeChecks } from './any-time-checks.ts'
import { beliefChecks } from './belief-checks.ts'
import { comparisonChecks } from './comparison-checks.ts'
import { otherChecks, unusedCategories } from './other-checks.ts'
import { powerChecks } from './power-checks.ts'
import { rateChecks } from './rate-checks.ts'
import type { Check } from './vector.ts'

/** Everything that a vector file can be checked with; its category and the keys of its inputs choose. */
export const checks: readonly Check[] = [
  ...comparisonChecks,
  ...rateChecks,
  ...anyTimeChecks,
  ...beliefChecks,
  ...powerChecks,
  ...otherChecks,
  ...[...unusedCategories].map(([category, unknown]): Check => ({ category, answer: () => ({ unknown }) })),
]
