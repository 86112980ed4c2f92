import { z } from 'zod'

const matcher = z.strictObject({
  /** `is` compares the whole, `starts` its beginning, `contains` any part. */
  operator: z.enum(['is', 'starts', 'contains']),
  value: z.string().min(1).max(500),
})

/**
 * What counts as reaching a goal. `page` is a pathname; `event` a custom event by its name; `click` an element that
 * carries `data-revtrail-goal` with this value, or fits a CSS selector; `form` a submitted form that fits a selector;
 * `revenue` a verified payment, of at least `at_least` minor units of the site's currency when that is set.
 */
export const goalTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('page'), path: matcher }),
  z.strictObject({ kind: z.literal('event'), name: z.string().min(1).max(120) }),
  z.strictObject({
    kind: z.literal('click'),
    by: z.enum(['attribute', 'selector']),
    value: z.string().min(1).max(300),
  }),
  z.strictObject({ kind: z.literal('form'), selector: z.string().min(1).max(300) }),
  z.strictObject({ kind: z.literal('revenue'), at_least: z.int().min(1).nullable() }),
])
export type GoalTarget = z.infer<typeof goalTarget>

/**
 * The name of the event by which the script tells that an element's goal was reached; `props.goal` is what `goalProp`
 * gives. Pages and custom events need none: they are recognised in the data.
 */
export const goalEventName = 'goal'

/**
 * What `props.goal` of the event `goal` says when this goal is reached: the value of `data-revtrail-goal` where the
 * page names it, `id:` and the goal's id where a selector finds it; null for goals that other data tell.
 */
export function goalProp(goalId: number, target: GoalTarget): string | null {
  if (target.kind === 'form') return `id:${goalId}`
  if (target.kind !== 'click') return null
  return target.by === 'attribute' ? target.value : `id:${goalId}`
}
