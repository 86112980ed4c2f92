import { z } from 'zod'
import { absoluteDifference } from '../methods/difference.ts'
import { type Basis, boundary } from './boundary.ts'
import { checkSplit, shortfallOf } from './gates.ts'
import { lift, range } from './lift.ts'
import { type Look, lookThrough } from './looks.ts'
import type { ExperimentPlan } from './plan.ts'
import { momentsOf } from './sums.ts'

/**
 * That a variant was found better or worse than the control, for good: later data are shown, the outcome stands.
 * `lift` is the interval at that moment, relative, null where none can be given. To be stored by whoever asks.
 */
export const outcome = z.object({
  variant: z.string(),
  direction: z.enum(['better', 'worse']),
  basis: z.enum(['any_time', 'planned_end']),
  day: z.iso.date(),
  lift: range.nullable(),
})
export type Outcome = z.infer<typeof outcome>

/** `today` and the day on which the owner stopped the test, null while it runs; days of the site. */
export type Calendar = { today: string; stopped: string | null }

/** The planned look falls on the first view after the end; a test that was stopped before has none. */
export function isPastPlannedEnd({ mode, end_day }: ExperimentPlan, { today, stopped }: Calendar): boolean {
  return (
    mode !== 'sequential' && end_day !== null && today > end_day && (stopped === null || stopped >= end_day)
  )
}

/**
 * Outcomes of all challengers on the primary goal (statistics.md 1.5): the stored ones, then for each other the first
 * day on which the difference crossed the any-time boundary with the gates passed and the split sound, or the planned
 * look. After the planned end only the any-time boundary goes on.
 *
 * @param settled outcomes that were stored at earlier views
 */
export function settle(input: {
  plan: ExperimentPlan
  looks: readonly Look[]
  calendar: Calendar
  settled: readonly Outcome[]
}): Outcome[] {
  const { plan, looks, settled } = input
  const undecided = plan.variants.filter(
    ({ id }, i) => i > 0 && !settled.some(({ variant }) => variant === id),
  )
  if (undecided.length === 0) return [...settled]
  const moments = momentsToJudge(plan, looks, input.calendar)
  return [...settled, ...undecided.flatMap(({ id }) => firstCrossing(plan, moments, id) ?? [])]
}

type Moment = { look: Look; basis: Basis }

/** Early looks, the planned one, and later ones, in the order in which they fall; without those of a broken split. */
function momentsToJudge(plan: ExperimentPlan, looks: readonly Look[], calendar: Calendar): Moment[] {
  const weights = plan.variants.map(({ weight }) => weight)
  const sound = looks.filter((look) => checkSplit(look, weights)?.alarm !== true)
  const early = sound.map((look): Moment => ({ look, basis: 'any_time' }))
  const end = isPastPlannedEnd(plan, calendar) ? plan.end_day : null
  const planned = end === null ? undefined : lookThrough(looks, end)
  if (end === null || planned === undefined || !sound.includes(planned)) return early
  const later = early.findIndex(({ look }) => look.day > end)
  return early.toSpliced(later === -1 ? early.length : later, 0, { look: planned, basis: 'planned_end' })
}

function firstCrossing(
  plan: ExperimentPlan,
  moments: readonly Moment[],
  variant: string,
): Outcome | undefined {
  const challenger = plan.variants.findIndex(({ id }) => id === variant)
  for (const { look, basis } of moments) {
    const [control, treatment] = [look.arms[0], look.arms[challenger]]
    if (control === undefined || treatment === undefined) continue
    if (shortfallOf([control, treatment], look.wholeDays, plan.goal.measure) !== null) continue
    const [before, after] = [momentsOf(control, plan.goal.measure), momentsOf(treatment, plan.goal.measure)]
    if (before === null || after === null) continue
    const difference = absoluteDifference(before, after)
    if (difference === null) continue
    const pair = { challenger, visitors: control.visitors + treatment.visitors }
    const multiplier = boundary(plan, basis, pair, plan.variants.length - 1)
    if (Math.abs(difference.effect) < multiplier * difference.standardError) continue
    const { effect } = difference
    return {
      variant,
      direction: effect > 0 ? 'better' : 'worse',
      basis,
      day: basis === 'planned_end' ? (plan.end_day ?? look.day) : look.day,
      lift: lift(before, after, multiplier),
    }
  }
  return undefined
}
