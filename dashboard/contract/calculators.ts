import { z } from 'zod'
import { calculatorQuestion } from '../statistics/calculators/calculator.ts'
import { plainMoney } from './revenue.ts'

/**
 * `POST /api/calculators`. `lift` asks for visitors and days; `days` for the smallest lift that they show. Lifts are
 * relative (0.1 for +10 %), rates are shares, an order's value is in any one unit of money.
 */
export const calculatorBody = calculatorQuestion
  .omit({ lift: true })
  .extend({
    lift: calculatorQuestion.shape.lift.optional(),
    days: z.number().int().min(1).max(366).optional(),
  })
  .strict()
  .refine(({ lift, days }) => lift !== undefined || days !== undefined, {
    path: ['lift'],
    message: 'Give a lift to see, or the days that the test may take.',
  })

/**
 * `too_slow`: the lift would take more than 90 days. `impossible`: it takes the rate out of 0 to 100 %. `of_lift` is
 * null without a lift. `smallest_lift` is that of the days asked for, else of 30 days; null when none would show.
 */
export const calculatorAnswer = z.object({
  of_lift: z
    .object({
      kind: z.enum(['planned', 'too_slow', 'impossible']),
      visitors: z.number().nullable(),
      days: z.number().nullable(),
    })
    .nullable(),
  smallest_lift: z.number().nullable(),
  smallest_lift_days: z.number().int(),
})
export type CalculatorAnswer = z.infer<typeof calculatorAnswer>

/** Which visitors and which goal to prefill from; without a page those of the whole site. */
export const prefillQuery = z.object({
  page: z.string().max(500).optional(),
  goal_id: z.coerce.number().int().positive().optional(),
})

/**
 * `GET /api/sites/:domain/calculators/prefill`: what the last 28 whole days tell, or as many as there are. A rate is of
 * the same visitor-days that a test counts: those who reached the goal after they saw the page, on the same day.
 */
export const prefill = z.object({
  days: z.number().int(),
  daily_visitors: z.number(),
  /** Of the goal asked for; null without one, or when nobody reached it. */
  rate: z.number().nullable(),
  revenue: z
    .object({
      rate: z.number(),
      revenue_per_visitor: plainMoney,
      average_order_value: plainMoney,
      /** What a buyer spends: standard deviation over average, null with fewer than 2 buyers. */
      order_cv: z.number().nullable(),
    })
    .nullable(),
})
export type Prefill = z.infer<typeof prefill>
