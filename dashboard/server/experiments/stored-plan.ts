import { z } from 'zod'
import { goalTarget } from '../../../schema/experiment/goal.ts'
import { testingModes } from '../../statistics/methods/testing-mode.ts'

const storedGoal = z.object({
  /** The id of a site's goal as text, `bounce` or `refund`. */
  id: z.string(),
  goal_id: z.number().int().nullable(),
  name: z.string(),
  target: goalTarget.nullable(),
  measure: z.enum(['rate', 'revenue']),
})
/** A goal as a test counts it: a copy, so that the numbers of a test that is over stay what they were. */
export type StoredGoal = z.infer<typeof storedGoal>

/**
 * The column `experiments.plan`. What was fixed before the phase began (statistics.md 1.5); days are local to the site,
 * `first_day` and `end_day` are set by the start.
 */
export const storedPlan = z.object({
  goal: storedGoal.nullable(),
  secondary: z.array(storedGoal),
  guardrails: z.array(storedGoal.extend({ margin: z.number() })),
  cap_percentile: z.number().nullable(),
  minimal_lift: z.number(),
  mode: z.enum(testingModes),
  power: z.number(),
  planned_days: z.number().nullable(),
  planned_visitors: z.number().nullable(),
  planned_by: z.enum(['owner', 'calculator', 'default']).nullable(),
  first_day: z.iso.date().nullable(),
  end_day: z.iso.date().nullable(),
})
export type StoredPlan = z.infer<typeof storedPlan>

/** Every goal of a plan, the primary one first. */
export const planGoals = ({ goal, secondary, guardrails }: StoredPlan): StoredGoal[] => [
  ...(goal === null ? [] : [goal]),
  ...secondary,
  ...guardrails,
]
