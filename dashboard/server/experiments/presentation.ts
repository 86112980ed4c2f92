import { toMoney } from '../../../schema/payment/money.ts'
import type { ExperimentArm, ExperimentResults } from '../../contract/experiments.ts'
import type { Decision, DecisionInput } from '../../statistics/decision/decide.ts'
import { plainPercent, signedPercent } from '../../statistics/decision/percent.ts'
import { daysBetween } from '../../statistics/decision/plan.ts'
import type { View } from '../../statistics/decision/view.ts'
import type { BegunTest } from './begun-test.ts'
import { checksOf } from './checks.ts'
import { describeExperiment } from './experiment-rows.ts'
import { goalCounts } from './goal-counts.ts'
import type { PaidSums } from './sums/paid-sums.ts'
import { valueMoney } from './value-money.ts'

/** What a results page is made of. `others` are amounts in currencies that cannot be added. */
export type Facts = {
  input: DecisionInput
  decision: Decision
  paid: readonly PaidSums[]
  others: readonly { variant: string; currency: string; amount: number }[]
}

/** A decision as the page and the API show it (statistics.md 5). */
export function presentResults(test: BegunTest, facts: Facts): ExperimentResults {
  const { row, scope, today } = test
  const { decision, input } = facts
  const { view, later, progress } = decision
  const cap = facts.paid[0]?.applied_cap ?? null
  const named = new Map(
    [...input.plan.secondary, ...input.plan.guardrails].map(({ id, name }) => [id, name] as const),
  )
  return {
    experiment: describeExperiment({ ...row, outcomes: decision.outcomes }),
    today,
    currency: scope.currency,
    test_revenue: !scope.livemode,
    verdict: decision.verdict,
    sentence: decision.sentence,
    detail: detailOf(decision),
    next_action: decision.next_action,
    progress: { ...progress, ...progressWords(test, decision) },
    through_day: view.through_day,
    interval: view.interval,
    arms: armsOf(test, facts, view),
    later: later && armsOf(test, facts, later),
    split: decision.split,
    checks: checksOf({
      input,
      decision,
      cap: cap === null ? null : toMoney(Math.round(cap), scope.currency),
    }),
    warnings: decision.warnings,
    cap: cap === null ? null : toMoney(Math.round(cap), scope.currency),
    curve: decision.curve,
    visitors: cumulativeVisitors(facts),
    goals: goalCounts(test, facts),
    secondary: decision.secondary.map((result) => ({
      ...result,
      name: named.get(result.goal) ?? result.goal,
    })),
    guardrails: decision.guardrails.map((result) => {
      const name = named.get(result.goal) ?? result.goal
      return { ...result, name, sentence: `${name}: ${guardrailWords(result, input)}` }
    }),
    notes: notesOf(test, facts),
  }
}

function armsOf({ row, scope }: BegunTest, { others, decision, input }: Facts, view: View): ExperimentArm[] {
  const revenue = input.plan.goal.measure === 'revenue'
  const money = (value: number | null) => (value === null ? null : valueMoney(value, scope.currency))
  return view.arms.map((figures, i) => {
    const variant = row.serving.variants[i]
    const against = view.comparisons.find((comparison) => comparison.variant === figures.variant)
    const foreign = others
      .filter((other) => other.variant === figures.variant)
      .map(({ amount, currency }) => toMoney(amount, currency))
    const sum = valueMoney(figures.revenue, scope.currency)
    const own = toMoney(sum.amount, scope.currency)
    const loss = against?.expected_loss ?? null
    return {
      variant: figures.variant,
      name: variant?.name ?? figures.variant,
      weight: variant?.weight ?? 0,
      control: i === 0,
      visitors: figures.visitors,
      converters: figures.converters,
      rate: figures.rate,
      orders: figures.orders,
      revenue: foreign.length === 0 || view !== decision.view ? own : { ...own, others: foreign },
      revenue_per_visitor: money(figures.revenue_per_visitor),
      revenue_per_visitor_capped: money(figures.revenue_per_visitor_capped),
      average_order_value: money(figures.average_order_value),
      lift: against?.lift ?? null,
      difference: against?.difference ?? null,
      lift_uncapped: against?.uncapped?.lift ?? null,
      likely_lift: against?.likely_lift ?? null,
      p: against?.p ?? null,
      chance_to_beat: against?.chance_to_beat ?? null,
      chance_to_be_best: figures.chance_to_be_best,
      expected_loss: loss && {
        use: loss.ship * perThousand,
        keep: loss.keep * perThousand,
        unit: revenue ? 'money' : 'conversions',
      },
    }
  })
}

const perThousand = 1_000

function detailOf({ verdict, view }: Decision): string | null {
  if (verdict.kind !== 'winner') return null
  const valid =
    verdict.basis === 'any_time'
      ? 'The result stays valid however often you looked.'
      : 'It was decided at the planned end, as it was planned.'
  const likely = view.comparisons.find(({ variant }) => variant === verdict.variant)?.likely_lift
  if (!likely) return valid
  return `${valid} Winners usually shrink a little later: ${signedPercent(likely.value)} is the likely long-run lift.`
}

const grouped = new Intl.NumberFormat('en-US')

function progressWords({ row, scope }: BegunTest, { progress }: Decision): { day: number; sentence: string } {
  const { visitors, planned_visitors, planned_days } = progress
  const begun = daysBetween(scope.first_day, scope.last_day) + 1
  const day = planned_days === null ? begun : Math.min(begun, planned_days)
  const days = planned_days === null ? `Day ${day}` : `Day ${day} of ${planned_days}`
  const seen = `${grouped.format(visitors)} visitors of ${grouped.format(planned_visitors)} planned`
  const state = row.status === 'running' ? '' : ` · ${row.status}`
  return { day, sentence: `${days} · ${seen}${state}` }
}

function guardrailWords(
  { state, margin, lift, difference }: Decision['guardrails'][number],
  { plan }: DecisionInput,
): string {
  const size = lift === null ? '' : ` (${signedPercent(lift.value)})`
  const change = difference === null && lift === null ? '' : size
  switch (state) {
    case 'passed':
      return `no harm${change}`
    case 'failed':
      return `harmed${change}`
    case 'undecided':
      return `not clear yet${change}; it may lose ${plainPercent(margin)} at most`
    case 'too_early':
      return plan.variants.length > 2 ? 'too early to say for this version' : 'too early to say'
  }
}

function cumulativeVisitors({ input }: Facts): ExperimentResults['visitors'] {
  const rows = input.sums[input.plan.goal.id] ?? []
  const days = [...new Set(rows.map(({ day }) => day))].sort()
  return input.plan.variants.flatMap(({ id }) => {
    let visitors = 0
    return days.map((day) => {
      visitors += rows.find((each) => each.day === day && each.variant === id)?.visitors ?? 0
      return { day, variant: id, visitors }
    })
  })
}

function notesOf({ scope }: BegunTest, { others, input }: Facts): string[] {
  const notes = [
    'Same-day effect: visitors are counted per day and may see another version on the next one, so what they do on a later day is not part of these figures. The true effect is larger where many decide later.',
    'Revenue is what is left after refunds and lost disputes, of payments on or after the visitor’s first view of the test. Renewals of subscriptions are not part of it.',
  ]
  if (others.length > 0)
    notes.push(
      `Payments in other currencies than ${scope.currency.toUpperCase()} are listed beside the revenue and not part of any comparison.`,
    )
  if (!scope.livemode) notes.push('Revenue is of Stripe’s test mode.')
  if (input.plan.goal.measure === 'revenue')
    notes.push('Revenue in the table is the true one; lift and verdict are of revenue with the outlier cap.')
  return notes
}
