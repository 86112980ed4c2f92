import { z } from 'zod'

/** Coefficient of variation of orders that are lognormal with σ = 1, a usual shop. */
const USUAL_ORDER_CV = 1.31

/**
 * What the page does today. Rate: the share of visitors that convert. Revenue: the share that buys, what a buyer
 * spends on average, and the standard deviation of that over its average (`order_cv`).
 */
export const baseline = z.discriminatedUnion('measure', [
  z.object({ measure: z.literal('rate'), rate: z.number().gt(0).lt(1) }),
  z.object({
    measure: z.literal('revenue'),
    rate: z.number().gt(0).max(1),
    order_value: z.number().positive(),
    order_cv: z.number().nonnegative().max(100).default(USUAL_ORDER_CV),
  }),
])
export type Baseline = z.infer<typeof baseline>

/** Mean and variance of one visitor's revenue: s²/m² = (1 + cv² − p)/p (statistics.md 1.3 "Sample size"). */
export function revenueMoments({ rate, order_value, order_cv }: Extract<Baseline, { measure: 'revenue' }>) {
  const mean = rate * order_value
  return { mean, variance: (mean * mean * (1 + order_cv * order_cv - rate)) / rate }
}
