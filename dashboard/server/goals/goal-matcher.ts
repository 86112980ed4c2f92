import { createHash } from 'node:crypto'
import { type GoalTarget, goalEventName, goalProp } from '../../../schema/experiment/goal.ts'

/**
 * How a goal is recognised in events; `goal-reached.sql` reads kind, operator and value. `key` is a digest of these, so
 * that sums of a goal which has changed since are never taken for it. `event_name` are the only events to look at.
 */
export type GoalMatcher = {
  key: string
  kind: 'page' | 'event' | 'goal' | 'bounce'
  operator: string
  value: string
  event_name: string
}

/** The matcher of a goal; null for revenue, which is in payments. */
export function matcherOf(goalId: number, target: GoalTarget): GoalMatcher | null {
  switch (target.kind) {
    case 'page':
      return matcher({
        kind: 'page',
        operator: target.path.operator,
        value: target.path.value,
        event_name: 'pageview',
      })
    case 'event':
      return matcher({ kind: 'event', operator: 'is', value: target.name, event_name: target.name })
    case 'click':
    case 'form':
      return matcher({
        kind: 'goal',
        operator: 'is',
        value: goalProp(goalId, target) ?? '',
        event_name: goalEventName,
      })
    case 'revenue':
      return null
  }
}

/** Visitors who did one thing only; counted in sessions, not events. */
export const bounceMatcher: GoalMatcher = matcher({ kind: 'bounce', operator: '', value: '', event_name: '' })

function matcher(fields: Omit<GoalMatcher, 'key'>): GoalMatcher {
  const { kind, operator, value } = fields
  const digest = createHash('sha256')
    .update(JSON.stringify([kind, operator, value]))
    .digest('hex')
  return { key: digest.slice(0, 16), ...fields }
}
