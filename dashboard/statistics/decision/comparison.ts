import { z } from 'zod'
import { anyTimeP } from '../methods/any-time.ts'
import { chanceGreater, rateLoss, ratePosterior } from '../methods/beta-posterior.ts'
import {
  absoluteDifference,
  type Difference,
  intervalAt,
  relativeDifference,
  welchTest,
} from '../methods/difference.ts'
import type { Moments } from '../methods/moments.ts'
import { chanceAboveZero, credibleInterval, expectedLoss, posterior } from '../methods/normal-posterior.ts'
import { wholePercent } from './arm-figures.ts'
import { type Basis, bandOf, boundary } from './boundary.ts'
import { lift, type Range, range } from './lift.ts'
import type { ExperimentPlan, Measure } from './plan.ts'
import { type GoalSums, momentsOf, uncappedMoments } from './sums.ts'

/** Measured lifts of winners are too high; real ones are seldom above ±30 % (statistics.md 5, winner's curse). */
const USUAL_LIFTS = { mean: 0, sd: 0.3 }
const ALPHA = 0.05

/**
 * A challenger against the control on one goal, per visitor. Intervals reach as far as the boundary that judges the
 * look. `difference` is null when there is nothing to compare: too few visitors, or no variation. Chance and losses
 * are language, not the rule; null until the gates are passed. `likely_lift` is the lift to expect in the long run.
 */
export const comparison = z.object({
  variant: z.string(),
  difference: range.nullable(),
  lift: range.nullable(),
  p: z.number().nullable(),
  uncapped: z.object({ difference: range.nullable(), lift: range.nullable() }).nullable(),
  chance_to_beat: z.number().int().nullable(),
  expected_loss: z.object({ ship: z.number(), keep: z.number() }).nullable(),
  likely_lift: range.nullable(),
})
export type Comparison = z.infer<typeof comparison>

type Setting = { plan: ExperimentPlan; measure: Measure; basis: Basis; comparisons: number; gated: boolean }

/** Compares the challenger at one place of the plan's variants with the control. */
export function compare(arms: readonly GoalSums[], challenger: number, setting: Setting): Comparison {
  const { plan, measure } = setting
  const variant = plan.variants[challenger]?.id
  const [control, treatment] = [arms[0], arms[challenger]]
  if (variant === undefined || control === undefined || treatment === undefined) {
    throw new RangeError(`no arm ${challenger}`)
  }
  const [before, after] = [momentsOf(control, measure), momentsOf(treatment, measure)]
  const difference = before === null || after === null ? null : absoluteDifference(before, after)
  if (before === null || after === null || difference === null) return nothing(variant)
  const pair = { challenger, visitors: control.visitors + treatment.visitors }
  const multiplier = shownMultiplier(setting, pair)
  return {
    variant,
    ...estimates(before, after, multiplier),
    p: pValue(difference, setting, pair),
    uncapped: measure === 'revenue' ? uncapped(control, treatment, multiplier) : null,
    ...(setting.gated ? hidden : language({ control, treatment, difference, measure })),
    likely_lift: setting.gated ? null : likelyLift(before, after),
  }
}

const hidden = { chance_to_beat: null, expected_loss: null }

const nothing = (variant: string): Comparison => ({
  variant,
  difference: null,
  lift: null,
  p: null,
  uncapped: null,
  ...hidden,
  likely_lift: null,
})

type Pair = Parameters<typeof boundary>[2]

/** A mode that does not look early still shows the interval that it will be judged with. */
function shownMultiplier({ plan, basis, comparisons }: Setting, pair: Pair): number {
  const multiplier = boundary(plan, basis, pair, comparisons)
  return Number.isFinite(multiplier) ? multiplier : boundary(plan, 'planned_end', pair, comparisons)
}

function estimates(before: Moments, after: Moments, multiplier: number) {
  const difference = absoluteDifference(before, after)
  return {
    difference:
      difference === null ? null : { value: difference.effect, ...intervalAt(difference, multiplier) },
    lift: lift(before, after, multiplier),
  }
}

function uncapped(control: GoalSums, treatment: GoalSums, multiplier: number) {
  const [before, after] = [uncappedMoments(control), uncappedMoments(treatment)]
  return before === null || after === null ? null : estimates(before, after, multiplier)
}

/** Always valid while the band judges, Welch's at the planned look. */
function pValue(difference: Difference, { plan, basis, comparisons }: Setting, pair: Pair): number {
  const band = basis === 'any_time' ? bandOf(plan, pair, comparisons) : null
  if (band === null) return welchTest(difference).p
  return anyTimeP(difference.effect / difference.standardError, band)
}

function language(input: {
  control: GoalSums
  treatment: GoalSums
  difference: Difference
  measure: Measure
}) {
  const { control, treatment, difference, measure } = input
  if (measure === 'rate') {
    const old = ratePosterior({ successes: control.converters, n: control.visitors })
    const young = ratePosterior({ successes: treatment.converters, n: treatment.visitors })
    return {
      chance_to_beat: wholePercent(chanceGreater(old, young)),
      expected_loss: { ship: rateLoss(young, old), keep: rateLoss(old, young) },
    }
  }
  const belief = posterior(difference)
  return { chance_to_beat: wholePercent(chanceAboveZero(belief)), expected_loss: expectedLoss(belief) }
}

function likelyLift(before: Moments, after: Moments): Range | null {
  const relative = before.mean > 0 ? relativeDifference(before, after) : null
  if (relative === null) return null
  const belief = posterior(relative, USUAL_LIFTS)
  return { value: belief.mean, ...credibleInterval(belief, ALPHA) }
}
