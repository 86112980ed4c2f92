/** The days that a report reads from facts, as a condition on the column `day` of a table. */
export const factDays = {
  /** The whole range. */
  range: 'day BETWEEN {from:Date} AND {to:Date}',
  /** What the rollup of traffic does not have. */
  traffic: 'day IN {traffic_days:Array(Date)}',
  /** What the rollup of money does not have. */
  money: 'day IN {money_days:Array(Date)}',
} as const

export type FactDays = (typeof factDays)[keyof typeof factDays]
