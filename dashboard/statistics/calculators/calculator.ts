import { z } from 'zod'
import { multiplierAtPlan, testingModes } from '../methods/testing-mode.ts'
import { baseline } from './baseline.ts'
import { LONGEST_DAYS, plannedDays } from './duration.ts'
import { smallestLift, visitorsForLift } from './smallest-lift.ts'

/** What a test with any traffic is asked: the lift that it would show in a month. */
const MONTH = 30

/**
 * What to plan a test from. `lift` is relative (0.2 for +20 %), `weights` are those of the variants with the control
 * first, `daily_visitors` those who enter the test on a day, all variants together.
 */
export const calculatorQuestion = z.object({
  baseline,
  lift: z
    .number()
    .gt(-1)
    .max(100)
    .refine((lift) => lift !== 0, 'a lift of 0 cannot be seen'),
  mode: z.enum(testingModes).default('hybrid'),
  weights: z.array(z.number().positive()).min(2).max(10).default([1, 1]),
  power: z.number().min(0.5).max(0.99).default(0.8),
  daily_visitors: z.number().positive(),
})
export type CalculatorQuestion = z.infer<typeof calculatorQuestion>

/**
 * `visitors` of all variants and `days` in whole weeks. `too_slow`: the lift would take more than 90 days.
 * `impossible`: the lift takes the rate out of 0 to 100 %. `smallest_lift_in_a_month` is what this traffic shows in
 * 30 days, null when nothing would show.
 */
export type CalculatorAnswer =
  | { kind: 'planned'; visitors: number; days: number; smallest_lift_in_a_month: number | null }
  | { kind: 'too_slow'; visitors: number; days: number; smallest_lift_in_a_month: number | null }
  | { kind: 'impossible'; smallest_lift_in_a_month: number | null }

/** Sample size, duration and smallest visible lift of a plan (statistics.md 1.3 "Sample size", "Days left"). */
export function calculate(question: CalculatorQuestion): CalculatorAnswer {
  const { power, daily_visitors } = question
  const demand = { multiplier: multiplierAtPlan(question.mode, question.weights.length - 1), power }
  const perPair = visitorsPerComparedArm(question.weights)
  const inAMonth = smallestLift(question.baseline, (daily_visitors * MONTH) / perPair, demand)
  const perArm = visitorsForLift(question.baseline, question.lift, demand)
  if (perArm === null) return { kind: 'impossible', smallest_lift_in_a_month: inAMonth }
  const visitors = Math.ceil(perArm * perPair)
  const days = plannedDays(visitors, daily_visitors)
  return {
    kind: days > LONGEST_DAYS ? 'too_slow' : 'planned',
    visitors,
    days,
    smallest_lift_in_a_month: inAMonth,
  }
}

/**
 * Visitors of the whole test for one visitor per arm in the leanest comparison: the harmonic mean of the control's
 * share and the smallest challenger's counts, since SE² = s² (1/n_C + 1/n_T). The number of arms when all are equal.
 */
export function visitorsPerComparedArm([control = 0, ...challengers]: readonly number[]): number {
  const total = challengers.reduce((sum, weight) => sum + weight, control)
  return (total / control + total / Math.min(...challengers)) / 2
}
