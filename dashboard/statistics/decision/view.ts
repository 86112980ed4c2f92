import { z } from 'zod'
import { armFigures, figuresOf } from './arm-figures.ts'
import type { Basis } from './boundary.ts'
import { compare, comparison } from './comparison.ts'
import { shortfallOf } from './gates.ts'
import type { Look } from './looks.ts'
import type { ExperimentPlan } from './plan.ts'

/**
 * What one look shows. `interval`: `any_time` is safe to look at every day, `planned_end` is that of the planned look,
 * `not_yet` will only hold at the planned end (mode fixed, while the test runs).
 */
export const view = z.object({
  through_day: z.iso.date(),
  interval: z.enum(['any_time', 'planned_end', 'not_yet']),
  arms: z.array(armFigures),
  comparisons: z.array(comparison),
})
export type View = z.infer<typeof view>

export function viewOf(look: Look, plan: ExperimentPlan, basis: Basis): View {
  const { measure } = plan.goal
  const comparisons = plan.variants.length - 1
  const gated = shortfallOf(look.arms, look.wholeDays, measure) !== null
  const early = basis === 'any_time'
  return {
    through_day: look.day,
    interval: early && plan.mode === 'fixed' ? 'not_yet' : basis,
    arms: figuresOf(look, plan, gated),
    comparisons: plan.variants
      .slice(1)
      .map((_, i) => compare(look.arms, i + 1, { plan, measure, basis, comparisons, gated })),
  }
}

/** A day of the cumulative chart; the band is the one that may be looked at every day. */
export const curvePoint = z.object({
  day: z.iso.date(),
  variant: z.string(),
  difference: comparison.shape.difference,
  lift: comparison.shape.lift,
})
export type CurvePoint = z.infer<typeof curvePoint>

/** The cumulative chart from the first day on which the gates are passed; empty in mode fixed, which has no band. */
export function curveOf(looks: readonly Look[], plan: ExperimentPlan): CurvePoint[] {
  if (plan.mode === 'fixed') return []
  const { measure } = plan.goal
  const setting = {
    plan,
    measure,
    basis: 'any_time',
    comparisons: plan.variants.length - 1,
    gated: true,
  } as const
  return looks
    .filter((look) => shortfallOf(look.arms, look.wholeDays, measure) === null)
    .flatMap((look) =>
      plan.variants.slice(1).map((_, i) => {
        const { variant, difference, lift } = compare(look.arms, i + 1, setting)
        return { day: look.day, variant, difference, lift }
      }),
    )
}
