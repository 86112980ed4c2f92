import { instantCell } from '../../../schema/clickhouse/cell.ts'

/** The days that a report reads from facts, as a condition on the column `day` of a table. */
export const factDays = {
  /** The whole range. */
  range: 'day BETWEEN {from:Date} AND {to:Date}',
  /** What the rollup of traffic does not have. */
  traffic: 'day IN {traffic_days:Array(Date)}',
  /** What the rollup of money does not have. */
  money: 'day IN {money_days:Array(Date)}',
} as const

const dayMs = 86_400_000

/**
 * Bounds that hold for every visit of some local days, and its events: they let months of other days be left out, which
 * nothing else tells the database. A visit's id is its start in ms << 20, at most 14 hours from its day in UTC; events may
 * seem to come before their visit when a clock was set back, and come as late as they like.
 */
export function visitBounds(days: readonly number[]) {
  const from = Math.min(...days)
  const to = Math.max(...days)
  return {
    first_session: BigInt(Math.max(0, from - 2) * dayMs) << 20n,
    last_session: BigInt((to + 3) * dayMs) << 20n,
    first_received: instantCell(Math.max(0, from - 3) * dayMs),
  }
}

export type FactDays = (typeof factDays)[keyof typeof factDays]
