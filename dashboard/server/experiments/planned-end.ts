import type { ExperimentServing } from '../../../schema/experiment/experiment.ts'
import { dayNumber, dayText } from '../../../schema/site/local-day.ts'
import type { Prefill } from '../../contract/calculators.ts'
import type { Baseline } from '../../statistics/calculators/baseline.ts'
import { calculate } from '../../statistics/calculators/calculator.ts'
import { plannedDays } from '../../statistics/calculators/duration.ts'
import type { StoredPlan } from './stored-plan.ts'

/** Twelve weeks: a test that needs longer is not worth waiting for. */
const longestDays = 84
/** Without any data: four weeks, and the any-time band at its narrowest at 5,000 visitors, as GrowthBook's is. */
const unknown = { days: 28, visitors: 10_000 }

/**
 * A plan with its end, for a phase that starts on a local day. What the owner left open comes from the sample-size
 * calculator with what the site did of late, or is four weeks when that tells nothing.
 */
export function withPlannedEnd(
  plan: StoredPlan,
  facts: { serving: ExperimentServing; prefill: Prefill; today: string },
): StoredPlan {
  const { serving, prefill, today } = facts
  const calculated = calculatedEnd(plan, serving, prefill)
  const daily = prefill.daily_visitors * serving.coverage
  const planned_visitors = plan.planned_visitors ?? calculated?.visitors ?? unknown.visitors
  const ofVisitors = plan.planned_visitors !== null && daily > 0 ? plannedDays(planned_visitors, daily) : null
  const days = plan.planned_days ?? ofVisitors ?? calculated?.days ?? unknown.days
  const planned_days =
    plan.mode === 'sequential' ? plan.planned_days : Math.min(days, plan.planned_days ?? longestDays)
  const byOwner = plan.planned_days !== null || plan.planned_visitors !== null
  return {
    ...plan,
    planned_visitors,
    planned_days,
    planned_by: plan.planned_by ?? (byOwner ? 'owner' : calculated === null ? 'default' : 'calculator'),
    first_day: today,
    end_day:
      plan.mode === 'sequential' || planned_days === null
        ? null
        : dayText(dayNumber(today) + planned_days - 1),
  }
}

function calculatedEnd(plan: StoredPlan, serving: ExperimentServing, prefill: Prefill) {
  const baseline = baselineOf(plan, prefill)
  if (baseline === null) return null
  const answer = calculate({
    baseline,
    lift: plan.minimal_lift,
    mode: plan.mode,
    weights: serving.variants.map(({ weight }) => weight),
    power: plan.power,
    daily_visitors: prefill.daily_visitors * serving.coverage,
  })
  return answer.kind === 'impossible' ? null : answer
}

function baselineOf({ goal }: StoredPlan, { rate, revenue }: Prefill): Baseline | null {
  if (goal?.measure === 'revenue')
    return (
      revenue && {
        measure: 'revenue',
        rate: revenue.rate,
        order_value: revenue.average_order_value.value,
        order_cv: revenue.order_cv ?? 1,
      }
    )
  return rate === null || rate >= 1 ? null : { measure: 'rate', rate }
}
