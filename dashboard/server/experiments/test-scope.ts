import type { Site } from '../../../schema/site/read-sites.ts'
import { bounceMatcher, type GoalMatcher, matcherOf } from '../goals/goal-matcher.ts'
import type { ExperimentRow } from './experiment-rows.ts'
import { planGoals, type StoredGoal } from './stored-plan.ts'
import type { Scope } from './sums/scope.ts'

/** The matcher of a goal that is counted in events or visits; null for those of payments. */
export function goalMatcher({ id, goal_id, target }: StoredGoal): GoalMatcher | null {
  if (id === 'bounce') return bounceMatcher
  return goal_id === null || target === null ? null : matcherOf(goal_id, target)
}

/** The least amount of a goal that counts orders from an amount on; null for other goals. */
export const amountOf = ({ target }: StoredGoal): number | null =>
  target?.kind === 'revenue' ? target.at_least : null

/** What is to be added up for the phase of a test. */
export function scopeOf(
  site: Site,
  { experiment_id, phase, serving, plan }: ExperimentRow,
  { first_day, last_day, livemode }: Pick<Scope, 'first_day' | 'last_day' | 'livemode'>,
): Scope {
  const goals = planGoals(plan)
  const matchers = new Map(
    goals.flatMap((goal) => {
      const matcher = goalMatcher(goal)
      return matcher === null ? [] : [[matcher.key, matcher] as const]
    }),
  )
  return {
    site_id: site.site_id,
    experiment_id,
    phase,
    variants: serving.variants.map(({ id }) => id),
    first_day,
    last_day,
    currency: site.currency,
    livemode,
    matchers: [...matchers.values()],
    amounts: [...new Set(goals.flatMap((goal) => amountOf(goal) ?? []))],
    percentile: plan.cap_percentile,
  }
}
