import { currencyExponent } from '../../../schema/payment/money.ts'
import { type DecisionInput, decisionInput } from '../../statistics/decision/decide.ts'
import type { DailySums, GoalSums } from '../../statistics/decision/sums.ts'
import type { BegunTest } from './begun-test.ts'
import { planGoals, type StoredGoal } from './stored-plan.ts'
import type { VisitorSums } from './sums/kept-sums.ts'
import type { PaidSums } from './sums/paid-sums.ts'
import type { Scope } from './sums/scope.ts'
import { amountOf, goalMatcher } from './test-scope.ts'

/** Rows as read, all of days or all of values of dimensions. */
export type ReadSums = { visitors: readonly VisitorSums[]; paid: readonly PaidSums[] }

const lessIsBetter = new Set(['bounce', 'refund'])

/** Everything that a test is decided by. Money in the decimal currency. */
export function decisionInputOf({ row, scope, today, stopped }: BegunTest, sums: ReadSums): DecisionInput {
  const { plan, serving } = row
  const goals = planGoals(plan)
  const sided = (goal: StoredGoal) => ({
    ...pick(goal),
    better: lessIsBetter.has(goal.id) ? ('lower' as const) : ('higher' as const),
  })
  const alone = sums.visitors.filter(({ goal }) => goal === '')
  return decisionInput.parse({
    plan: {
      mode: plan.mode,
      variants: serving.variants.map(({ id, name, weight }) => ({ id, name, weight })),
      goal: plan.goal && pick(plan.goal),
      secondary: plan.secondary.map(sided),
      guardrails: plan.guardrails.map((goal) => ({ ...sided(goal), margin: goal.margin })),
      minimal_lift: plan.minimal_lift,
      planned_visitors: plan.planned_visitors,
      power: plan.power,
      first_day: plan.first_day,
      end_day: plan.end_day,
    },
    sums: Object.fromEntries(goals.map((goal) => [goal.id, dailySums(goal, scope, sums)])),
    today,
    stopped,
    settled: row.outcomes,
    exclusions: serving.variants.map(({ id }) => ({
      variant: id,
      several_variants: alone
        .filter(({ variant }) => variant === id)
        .reduce((sum, { several_variants }) => sum + several_variants, 0),
      // Bots get the control from the collector and are never exposed.
      bots: 0,
    })),
  })
}

const pick = ({ id, name, measure }: StoredGoal) => ({ id, name, measure })

function dailySums(goal: StoredGoal, scope: Scope, sums: ReadSums): DailySums[] {
  return sumsOfGoal(goal, scope, sums).map(({ day, variant, sums: of }) => ({ ...of, day, variant }))
}

/** One goal's sums, a row for each day or value with visitors and each variant. */
export function sumsOfGoal(goal: StoredGoal, scope: Scope, { visitors, paid }: ReadSums) {
  const placeOf = (each: { day: string; dimension: string; value: string; variant: string }) =>
    JSON.stringify([each.day, each.dimension, each.value, each.variant])
  const paidAt = new Map(paid.map((each) => [placeOf(each), each]))
  const key = goalMatcher(goal)?.key ?? ''
  return visitors
    .filter((each) => each.goal === key)
    .map((each) => {
      const bought = paidAt.get(placeOf(each))
      const converters = key === '' ? paidConverters(goal, scope, bought) : each.converters
      const counted = { visitors: each.visitors, converters }
      return { ...each, sums: { ...counted, ...moneySums(bought, scope.currency) } }
    })
}

function paidConverters(goal: StoredGoal, scope: Scope, bought: PaidSums | undefined): number {
  if (bought === undefined) return 0
  if (goal.id === 'refund') return bought.refunded
  const amount = amountOf(goal)
  return amount === null ? bought.buyers : (bought.above_amounts[scope.amounts.indexOf(amount)] ?? 0)
}

// Minor units as read; squares of them are 100 times 100 too large for the decimal currency.
function moneySums(
  bought: PaidSums | undefined,
  currency: string,
): Omit<GoalSums, 'visitors' | 'converters'> {
  const unit = 10 ** currencyExponent(currency)
  return {
    orders: bought?.orders ?? 0,
    orders_squares: bought?.orders_squares ?? 0,
    revenue: (bought?.revenue ?? 0) / unit,
    revenue_squares: (bought?.revenue_squares ?? 0) / unit ** 2,
    revenue_uncapped: (bought?.revenue_uncapped ?? 0) / unit,
    revenue_uncapped_squares: (bought?.revenue_uncapped_squares ?? 0) / unit ** 2,
    revenue_orders: (bought?.revenue_orders ?? 0) / unit,
    largest_order: (bought?.largest_order ?? 0) / unit,
    capped_visitors: bought?.capped_visitors ?? 0,
  }
}
