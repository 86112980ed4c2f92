import { z } from 'zod'
import { growthNeeded, growthNeededAnyTime, LONGEST_DAYS } from '../calculators/duration.ts'
import { smallestLiftSoFar } from '../calculators/smallest-lift.ts'
import { normalQuantile } from '../functions/normal.ts'
import { relativeDifference } from '../methods/difference.ts'
import { multiplierAtPlan } from '../methods/testing-mode.ts'
import { bandOf } from './boundary.ts'
import type { Look } from './looks.ts'
import { type Calendar, isPastPlannedEnd } from './outcomes.ts'
import { daysBetween, type ExperimentPlan } from './plan.ts'
import { momentsOf } from './sums.ts'

const MONTH = 30

/**
 * How far the test is. `days_left` to the planned end, or in mode sequential to the plan's smallest lift; null when
 * unknown or over. `days_to_minimal_lift` is an estimate from the data so far, null when there are too few; over 90 it
 * stands for "not with this traffic". Smallest lifts are relative: what the test can show with today's visitors, and
 * with those of 30 more days.
 */
export const progress = z.object({
  visitors: z.number(),
  planned_visitors: z.number(),
  whole_days: z.number(),
  planned_days: z.number().nullable(),
  days_left: z.number().nullable(),
  days_to_minimal_lift: z.number().nullable(),
  too_slow: z.boolean(),
  smallest_lift_now: z.number().nullable(),
  smallest_lift_in_a_month: z.number().nullable(),
})
export type Progress = z.infer<typeof progress>

/** Progress as of a look (statistics.md 1.3 "Days left"). */
export function progressOf(look: Look, plan: ExperimentPlan, calendar: Calendar): Progress {
  const { first_day, end_day, mode, planned_visitors } = plan
  const visitors = look.arms.reduce((sum, arm) => sum + arm.visitors, 0)
  const perDay = look.wholeDays > 0 ? visitors / look.wholeDays : null
  const growth = growthOf(look, plan)
  const days = growth === null || perDay === null ? null : Math.ceil((growth * visitors) / perDay)
  const over = calendar.stopped !== null || isPastPlannedEnd(plan, calendar)
  const toEnd = end_day === null ? days : Math.max(0, daysBetween(calendar.today, end_day) + 1)
  const left = mode === 'sequential' ? days : toEnd
  return {
    visitors,
    planned_visitors,
    whole_days: look.wholeDays,
    planned_days: end_day === null ? null : daysBetween(first_day, end_day) + 1,
    days_left: over || left === null || left > LONGEST_DAYS ? null : left,
    days_to_minimal_lift: days,
    too_slow: days !== null && days > LONGEST_DAYS,
    smallest_lift_now: smallestShown(look, plan, 1),
    smallest_lift_in_a_month:
      perDay === null ? null : smallestShown(look, plan, 1 + (MONTH * perDay) / visitors),
  }
}

/** How many times today's visitors the slowest comparison still needs. */
function growthOf({ arms: [control, ...treatments] }: Look, plan: ExperimentPlan): number | null {
  const { goal, minimal_lift: effect, power, mode } = plan
  const comparisons = treatments.length
  const before = control && momentsOf(control, goal.measure)
  if (!before) return null
  const needs = treatments.map((treatment, i) => {
    const after = momentsOf(treatment, goal.measure)
    const relative = after && relativeDifference(before, after)
    if (!relative) return null
    const { standardError } = relative
    const pair = { challenger: i + 1, visitors: control.visitors + treatment.visitors }
    const band = mode === 'sequential' ? bandOf(plan, pair, comparisons) : null
    if (band !== null) return growthNeededAnyTime({ standardError, effect }, { ...band, power })
    return growthNeeded({ standardError, effect }, { multiplier: multiplierAtPlan(mode, comparisons), power })
  })
  const worst = needs.reduce(
    (most, need) => (most === null || need === null ? null : Math.max(most, need)),
    0,
  )
  return worst !== null && Number.isFinite(worst) ? worst : null
}

function smallestShown({ arms }: Look, plan: ExperimentPlan, growth: number): number | null {
  const control = arms[0] && momentsOf(arms[0], plan.goal.measure)
  if (!control) return null
  const fewest = Math.min(...arms.map(({ visitors }) => visitors))
  const reach = multiplierAtPlan(plan.mode, arms.length - 1) + normalQuantile(plan.power)
  return smallestLiftSoFar({ ...control, n: fewest * growth }, reach)
}
