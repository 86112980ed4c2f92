import type { ExperimentResults } from '../../contract/experiments.ts'
import { addSums, noSums } from '../../statistics/decision/sums.ts'
import type { BegunTest } from './begun-test.ts'
import type { Facts } from './presentation.ts'
import { planGoals } from './stored-plan.ts'
import { valueMoney } from './value-money.ts'

/** What each variant did about each goal of the plan, through the day on which the verdict stands. */
export function goalCounts(
  { row, scope }: BegunTest,
  { input, decision }: Facts,
): ExperimentResults['goals'] {
  const { goal: primary, secondary } = row.plan
  return planGoals(row.plan).map(({ id, name, measure }) => {
    const rows = (input.sums[id] ?? []).filter(({ day }) => day <= decision.view.through_day)
    const arms = scope.variants.map((variant) => {
      const sums = rows
        .filter((each) => each.variant === variant)
        .reduce((total, each) => addSums(total, each), noSums)
      const { visitors, converters, revenue_uncapped } = sums
      const none = visitors === 0
      return {
        variant,
        visitors,
        converters,
        rate: none ? null : converters / visitors,
        revenue_per_visitor: none ? null : valueMoney(revenue_uncapped / visitors, scope.currency),
      }
    })
    const furthest = secondary.some((goal) => goal.id === id) ? 'secondary' : 'guardrail'
    return { id, name, measure, role: id === primary?.id ? 'primary' : furthest, arms }
  })
}
