import { type Decision, type DecisionInput, decide, decisionInput } from './decide.ts'
import { dailySums } from './sums.ts'

/** One day of one variant; buyers spend `each`, with a standard deviation of `spread`. */
export type Day = { visitors: number; converters: number; each?: number; spread?: number; refunds?: number }

/** The calendar day so many days after the first. */
export const dayOf = (offset: number) =>
  new Date(Date.UTC(2026, 8, 7) + offset * 86_400_000).toISOString().slice(0, 10)

/** The same day over and over. */
export function rowsOf(
  variant: string,
  days: number,
  { visitors, converters, each = 0, spread = 0, refunds = 0 }: Day,
) {
  const revenue = converters * each - refunds
  const squares = converters * (each ** 2 + spread ** 2)
  return Array.from({ length: days }, (_, day) =>
    dailySums.parse({
      day: dayOf(day),
      variant,
      visitors,
      converters,
      orders: converters,
      orders_squares: converters,
      revenue,
      revenue_squares: squares,
      revenue_uncapped: revenue,
      revenue_uncapped_squares: squares,
      revenue_orders: revenue,
      largest_order: each,
    }),
  )
}

/** A test whose days are all alike; a plan of 28 days and 28,000 visitors unless changed. */
export type Case = {
  days: number
  arms: readonly Day[]
  today?: number
  measure?: 'rate' | 'revenue'
  change?: Partial<DecisionInput>
  plan?: object
}

export function inputOf({
  days,
  arms,
  today = days,
  measure = 'revenue',
  change = {},
  plan = {},
}: Case): DecisionInput {
  const ids = ['a', 'b', 'c'].slice(0, arms.length)
  return decisionInput.parse({
    plan: {
      mode: 'hybrid',
      variants: ids.map((id) => ({ id, name: id.toUpperCase(), weight: 1 })),
      goal: { id: 'main', name: measure === 'rate' ? 'Conversion' : 'Revenue', measure },
      minimal_lift: 0.1,
      planned_visitors: 28_000,
      first_day: dayOf(0),
      end_day: dayOf(27),
      ...plan,
    },
    sums: { main: arms.flatMap((arm, i) => rowsOf(ids[i] ?? '', days, arm)) },
    today: dayOf(today),
    ...change,
  })
}

export const decided = (given: Case): Decision => decide(inputOf(given))

export const shop = { visitors: 500, converters: 20, each: 40, spread: 30 }
export const better = { ...shop, converters: 30 }
export const worse = { ...shop, converters: 11 }
export const rate = { visitors: 500, converters: 50 }
