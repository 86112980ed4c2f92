import { z } from 'zod'
import { type Moments, meanMoments, rateMoments, ratioMoments } from '../methods/moments.ts'
import type { Measure } from './plan.ts'

const count = z.coerce.number().nonnegative()
const amount = z.coerce.number().default(0)

/**
 * Sufficient sums of one goal over the visitors of one variant (statistics.md 2). Money in one unit throughout, of
 * which answers are in too; negative after refunds. `converters` are visitors with the goal, for revenue the buyers;
 * `revenue` and the other sums without a suffix are of totals per visitor that were capped, `_uncapped` of the true ones.
 */
export const goalSums = z.object({
  visitors: count,
  converters: count,
  orders: amount,
  orders_squares: amount,
  revenue: amount,
  revenue_squares: amount,
  revenue_uncapped: amount,
  revenue_uncapped_squares: amount,
  /** Σ revenue_uncapped · orders per visitor. */
  revenue_orders: amount,
  largest_order: amount,
  /** Visitors whose revenue was above the cap. */
  capped_visitors: amount,
})
export type GoalSums = z.infer<typeof goalSums>

/** The sums of the visitors who entered the test on one day; payments count on the day of exposure. */
export const dailySums = goalSums.extend({ day: z.iso.date(), variant: z.string() })
export type DailySums = z.infer<typeof dailySums>

export const noSums: GoalSums = goalSums.parse({ visitors: 0, converters: 0 })

export function addSums(a: GoalSums, b: GoalSums): GoalSums {
  return {
    visitors: a.visitors + b.visitors,
    converters: a.converters + b.converters,
    orders: a.orders + b.orders,
    orders_squares: a.orders_squares + b.orders_squares,
    revenue: a.revenue + b.revenue,
    revenue_squares: a.revenue_squares + b.revenue_squares,
    revenue_uncapped: a.revenue_uncapped + b.revenue_uncapped,
    revenue_uncapped_squares: a.revenue_uncapped_squares + b.revenue_uncapped_squares,
    revenue_orders: a.revenue_orders + b.revenue_orders,
    largest_order: Math.max(a.largest_order, b.largest_order),
    capped_visitors: a.capped_visitors + b.capped_visitors,
  }
}

/** Moments of one visitor, null when there are too few; revenue is capped. */
export function momentsOf(sums: GoalSums, measure: Measure): Moments | null {
  if (measure === 'rate') return rateMoments(sums.converters, sums.visitors)
  return meanMoments({ n: sums.visitors, sum: sums.revenue, sum_squares: sums.revenue_squares })
}

export const uncappedMoments = (sums: GoalSums) =>
  meanMoments({ n: sums.visitors, sum: sums.revenue_uncapped, sum_squares: sums.revenue_uncapped_squares })

/** Average order value with the visitor as unit, of the true amounts. */
export const orderValueMoments = (sums: GoalSums) =>
  ratioMoments({
    n: sums.visitors,
    num_sum: sums.revenue_uncapped,
    num_sum_squares: sums.revenue_uncapped_squares,
    den_sum: sums.orders,
    den_sum_squares: sums.orders_squares,
    num_den_sum_products: sums.revenue_orders,
  })
