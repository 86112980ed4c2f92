import type { GoalMatcher } from '../../goals/goal-matcher.ts'

/** What is to be added up: the visitors of one phase of a test, and what counts. Days are local to the site. */
export type Scope = {
  site_id: number
  experiment_id: number
  phase: number
  /** Ids of the variants; who was shown another one is not counted. */
  variants: string[]
  first_day: string
  last_day: string
  currency: string
  livemode: boolean
  /** Goals that are counted in events. */
  matchers: GoalMatcher[]
  /** Orders of at least so many minor units are counted too. */
  amounts: number[]
  /** Between 0 and 1; null for no cap. */
  percentile: number | null
}

/** Names what `experiment_buyers` keeps: an amount in another currency or mode is another one. */
const paidKey = ({ currency, livemode }: Scope) => `paid ${currency} ${livemode ? 'live' : 'test'}`

/** Everything whose sums are kept together; visitors alone stand under ''. */
export const sumKeys = (scope: Scope) => ['', ...scope.matchers.map(({ key }) => key), paidKey(scope)]

/** Parameters that the queries of this folder bind. */
export function scopeParams(scope: Scope, days: readonly string[]) {
  const { matchers } = scope
  return {
    site_id: scope.site_id,
    experiment_id: scope.experiment_id,
    phase: scope.phase,
    variants: scope.variants,
    first_day: scope.first_day,
    last_day: scope.last_day,
    currency: scope.currency,
    livemode: scope.livemode,
    paid: paidKey(scope),
    days,
    goal_keys: ['', ...matchers.map(({ key }) => key)],
    goal_kinds: ['', ...matchers.map(({ kind }) => kind)],
    goal_operators: ['', ...matchers.map(({ operator }) => operator)],
    goal_values: ['', ...matchers.map(({ value }) => value)],
    goal_names: [
      ...new Set(matchers.flatMap(({ kind, event_name }) => (kind === 'bounce' ? [] : event_name))),
    ],
  }
}
