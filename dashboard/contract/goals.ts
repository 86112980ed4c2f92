import { z } from 'zod'
import { goalTarget } from '../../schema/experiment/goal.ts'
import { isChange, noChange } from './change.ts'
import { dateRange } from './query.ts'
import { money } from './revenue.ts'

/** `POST /api/sites/:domain/goals`. Amounts of a revenue goal are minor units of the site's currency, per order. */
export const goalBody = z.strictObject({
  name: z.string().trim().min(1).max(80),
  target: goalTarget,
})

/** `PATCH /api/sites/:domain/goals/:id`: any of these. A goal of a test that runs keeps its target. */
export const goalPatch = goalBody.partial().refine(isChange, noChange)

/** A goal in answers. */
export const goal = z.object({
  ...goalBody.shape,
  goal_id: z.number().int(),
  created_at: z.iso.datetime(),
})

/** `GET /api/sites/:domain/goals`, by name. */
export const goalList = z.object({ goals: z.array(goal) })

/** `?date_range=7d`, or from and to as `2026-11-01,2026-11-24`. */
export const goalResultsQuery = z.object({
  date_range: z
    .string()
    .default('28d')
    .transform((text) => (text.includes(',') ? text.split(',') : text))
    .pipe(dateRange),
})

/**
 * `GET /api/sites/:domain/goals/results`. `visitors` reached the goal (a visitor of two days counts twice, as
 * everywhere), `conversions` are how often; `rate` in percent of all visitors, null without any. `revenue` is that of
 * orders charged in the range by visits that had reached the goal before; of a revenue goal that of its orders.
 */
export const goalResults = z.object({
  from: z.iso.date(),
  to: z.iso.date(),
  visitors: z.number(),
  test_revenue: z.boolean(),
  results: z.array(
    z.object({
      goal_id: z.number().int(),
      name: z.string(),
      visitors: z.number(),
      conversions: z.number(),
      rate: z.number().nullable(),
      revenue: money,
    }),
  ),
})
export type GoalResults = z.infer<typeof goalResults>
