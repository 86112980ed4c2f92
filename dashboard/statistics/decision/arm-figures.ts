import { z } from 'zod'
import { betaMean, betaSd, ratePosterior } from '../methods/beta-posterior.ts'
import { type Standing, standings } from '../methods/chance-to-be-best.ts'
import { wilsonInterval } from '../methods/rates.ts'
import { range } from './lift.ts'
import type { Look } from './looks.ts'
import type { ExperimentPlan, Measure } from './plan.ts'
import { type GoalSums, momentsOf, orderValueMoments } from './sums.ts'

/** Level of the descriptive intervals beside single arms, which decide nothing. */
const ALPHA = 0.05
/** A chance is shown as a whole percent and never as certain. */
const LEAST_CHANCE = 1

/**
 * One variant's line of the results table. Revenue is the true one, as the payments add up; `_capped` is what the
 * verdict is made of. `chance_to_be_best` is a whole percent, null until the gates are passed.
 */
export const armFigures = z.object({
  variant: z.string(),
  visitors: z.number(),
  converters: z.number(),
  rate: range.nullable(),
  orders: z.number(),
  revenue: z.number(),
  revenue_capped: z.number(),
  revenue_per_visitor: z.number().nullable(),
  revenue_per_visitor_capped: z.number().nullable(),
  average_order_value: z.number().nullable(),
  chance_to_be_best: z.number().int().nullable(),
})
export type ArmFigures = z.infer<typeof armFigures>

/** The table of a look; `gated` hides what would be read as a verdict. */
export function figuresOf(look: Look, plan: ExperimentPlan, gated: boolean): ArmFigures[] {
  const chances = gated ? [] : chancesToBeBest(look, plan.goal.measure)
  return plan.variants.map(({ id }, i) => {
    const sums = look.arms[i]
    if (sums === undefined) throw new RangeError(`the look has no arm ${id}`)
    const chance = chances[i]?.chance
    return { ...figures(id, sums), chance_to_be_best: chance === undefined ? null : wholePercent(chance) }
  })
}

function figures(variant: string, sums: GoalSums): ArmFigures {
  const { visitors, converters, orders, revenue_uncapped, revenue } = sums
  const interval = wilsonInterval({ successes: converters, n: visitors }, ALPHA)
  return {
    variant,
    visitors,
    converters,
    rate: interval === null ? null : { value: converters / visitors, ...interval },
    orders,
    revenue: revenue_uncapped,
    revenue_capped: revenue,
    revenue_per_visitor: visitors > 0 ? revenue_uncapped / visitors : null,
    revenue_per_visitor_capped: visitors > 0 ? revenue / visitors : null,
    average_order_value: orderValueMoments(sums)?.mean ?? null,
    chance_to_be_best: null,
  }
}

function chancesToBeBest(look: Look, measure: Measure): Standing[] {
  const beliefs = look.arms.map((sums) => {
    if (measure === 'rate') {
      const beta = ratePosterior({ successes: sums.converters, n: sums.visitors })
      return { mean: betaMean(beta), sd: betaSd(beta) }
    }
    const moments = momentsOf(sums, measure)
    return { mean: moments?.mean ?? 0, sd: Math.sqrt((moments?.variance ?? 0) / sums.visitors) }
  })
  return beliefs.every(({ sd }) => sd > 0) ? standings(beliefs) : []
}

/** A chance as a whole percent between 1 and 99 (statistics.md 1.5). */
export const wholePercent = (chance: number) =>
  Math.min(100 - LEAST_CHANCE, Math.max(LEAST_CHANCE, Math.round(chance * 100)))
