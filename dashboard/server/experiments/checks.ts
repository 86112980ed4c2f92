import type { Money } from '../../../schema/payment/money.ts'
import type { ExperimentCheck } from '../../contract/experiments.ts'
import type { Decision, DecisionInput } from '../../statistics/decision/decide.ts'
import { LEAST_DAYS } from '../../statistics/decision/gates.ts'
import { plainPercent } from '../../statistics/decision/percent.ts'
import type { GoalSums } from '../../statistics/decision/sums.ts'

type Facts = { input: DecisionInput; decision: Decision; cap: Money | null }

/** One order that makes up more of an arm's revenue carries its result. */
const largestShare = 0.2
const manySawSeveral = 0.01

/** The panel of checks, each in words. */
export function checksOf(facts: Facts): ExperimentCheck[] {
  return [splitWords(facts), dayWords(facts), gateWords(facts), ...moneyWords(facts), ...severalWords(facts)]
}

function splitWords({ decision: { split } }: Facts): ExperimentCheck {
  const kind = 'split'
  if (split === null)
    return { kind, state: 'waiting', sentence: 'Too few visitors to tell whether they were split as planned' }
  const p = split.p < 0.001 ? 'p < 0.001' : `p = ${split.p.toFixed(split.p < 0.01 ? 3 : 2)}`
  return split.alarm
    ? { kind, state: 'bad', sentence: `Visitors were not split as planned (${p})` }
    : { kind, state: 'ok', sentence: `Visitors were split as planned (${p})` }
}

function dayWords({ decision: { progress } }: Facts): ExperimentCheck {
  const kind = 'whole_weeks'
  const { whole_days } = progress
  return whole_days < LEAST_DAYS
    ? { kind, state: 'waiting', sentence: `${whole_days} of at least ${LEAST_DAYS} whole days` }
    : { kind, state: 'ok', sentence: `${whole_days} whole days, every weekday seen` }
}

const gateNames = {
  whole_days: 'whole days',
  conversions: 'conversions in each version',
  others: 'visitors in each version who did not convert',
  buyers: 'buyers in each version',
} as const

function gateWords({ decision: { shortfall } }: Facts): ExperimentCheck {
  const kind = 'gates'
  return shortfall === null
    ? { kind, state: 'ok', sentence: 'Enough data in each version for a verdict' }
    : {
        kind,
        state: 'waiting',
        sentence: `${shortfall.have} of at least ${shortfall.need} ${gateNames[shortfall.of]}`,
      }
}

function moneyWords({ input, cap }: Facts): ExperimentCheck[] {
  if (input.plan.goal.measure !== 'revenue') return []
  const arms = input.plan.variants.map(({ id }) => totalOf(input, id))
  const shares = arms.map(({ revenue_uncapped, largest_order }) =>
    revenue_uncapped > 0 ? largest_order / revenue_uncapped : 0,
  )
  const worst = Math.max(...shares)
  const name = input.plan.variants[shares.indexOf(worst)]?.name ?? ''
  const largest: ExperimentCheck =
    worst > largestShare
      ? {
          kind: 'largest_order',
          state: 'bad',
          sentence: `One order makes up ${plainPercent(worst)} of ${name}’s revenue`,
        }
      : {
          kind: 'largest_order',
          state: 'ok',
          sentence: `No single order carries the result (largest ${plainPercent(worst)})`,
        }
  const capped = arms.reduce((sum, { capped_visitors }) => sum + capped_visitors, 0)
  return [largest, ...capWords(cap, capped)]
}

function capWords(cap: Money | null, capped: number): ExperimentCheck[] {
  if (cap === null) return []
  const limit = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: cap.currency.toUpperCase(),
  }).format(cap.value)
  const kind = 'cap'
  if (capped === 0) return [{ kind, state: 'ok', sentence: `No buyer spent more than the cap of ${limit}` }]
  const buyers = capped === 1 ? '1 buyer who spent more was' : `${capped} buyers who spent more were`
  return [{ kind, state: 'waiting', sentence: `${buyers} counted with the cap of ${limit}` }]
}

function totalOf(
  { sums, plan }: DecisionInput,
  variant: string,
): Pick<GoalSums, 'revenue_uncapped' | 'largest_order' | 'capped_visitors'> {
  const rows = (sums[plan.goal.id] ?? []).filter((each) => each.variant === variant)
  return rows.reduce(
    (total, { revenue_uncapped, largest_order, capped_visitors }) => ({
      revenue_uncapped: total.revenue_uncapped + revenue_uncapped,
      largest_order: Math.max(total.largest_order, largest_order),
      capped_visitors: total.capped_visitors + capped_visitors,
    }),
    { revenue_uncapped: 0, largest_order: 0, capped_visitors: 0 },
  )
}

function severalWords({ input, decision }: Facts): ExperimentCheck[] {
  const several = input.exclusions.reduce((sum, { several_variants }) => sum + several_variants, 0)
  if (several === 0) return []
  const share = several / (several + decision.progress.visitors)
  const state = share > manySawSeveral ? 'bad' : 'ok'
  const words =
    several === 1
      ? '1 visitor saw more than one version and is'
      : `${several} visitors saw more than one version and are`
  return [{ kind: 'several_variants', state, sentence: `${words} left out` }]
}
