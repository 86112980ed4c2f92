import type { ExperimentBreakdowns } from '../../contract/experiments.ts'
import { compareSegment } from '../../statistics/decision/segment.ts'
import { addSums, noSums } from '../../statistics/decision/sums.ts'
import type { BegunTest } from './begun-test.ts'
import { type ReadSums, sumsOfGoal } from './decision-input.ts'
import { dimensions } from './sums/kept-sums.ts'
import type { SumReader } from './sums/test-sums.ts'
import { valueMoney } from './value-money.ts'

/** Past a dozen rows nearly every value is chance. */
const mostValues = 12

const note =
  'To explore with, not to decide by: of many rows some differ by chance. Look for ideas for the next test.'

type Row = ExperimentBreakdowns['breakdowns'][number]['rows'][number]

/** The primary goal of a test by device, source and country. */
export async function readBreakdowns(sums: SumReader, test: BegunTest): Promise<ExperimentBreakdowns> {
  const { visitors, paid } = await sums.read(test.scope, 'values')
  const breakdowns = dimensions.map((dimension) => ({
    dimension,
    rows: rowsOf(test, {
      visitors: visitors.filter((each) => each.dimension === dimension),
      paid: paid.filter((each) => each.dimension === dimension),
    }),
  }))
  return { exploratory: true, note, breakdowns }
}

function rowsOf({ row, scope }: BegunTest, sums: ReadSums): Row[] {
  const { goal } = row.plan
  if (goal === null) return []
  const byValue = Map.groupBy(sumsOfGoal(goal, scope, sums), ({ value }) => value)
  return [...byValue]
    .map(([value, found]) => {
      const arms = scope.variants.map((variant) => {
        const own = found.filter((each) => each.variant === variant)
        return { variant, sums: own.reduce((total, each) => addSums(total, each.sums), noSums) }
      })
      return { value, arms, visitors: arms.reduce((total, arm) => total + arm.sums.visitors, 0) }
    })
    .sort((a, b) => b.visitors - a.visitors)
    .slice(0, mostValues)
    .map(({ value, arms }) => ({ value, arms: comparedArms(arms, goal.measure, scope.currency) }))
}

function comparedArms(
  arms: readonly { variant: string; sums: typeof noSums }[],
  measure: 'rate' | 'revenue',
  currency: string,
): Row['arms'] {
  const control = arms[0]?.sums ?? noSums
  return arms.map(({ variant, sums }, i) => ({
    variant,
    visitors: sums.visitors,
    converters: sums.converters,
    revenue: valueMoney(sums.revenue_uncapped, currency),
    ...(i === 0 ? { difference: null, lift: null } : compareSegment(control, sums, measure)),
  }))
}
