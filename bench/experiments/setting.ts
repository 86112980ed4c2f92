import type { Measure } from '../../dashboard/statistics/decision/plan.ts'
import type { TestingMode } from '../../dashboard/statistics/methods/testing-mode.ts'

/** What the simulation holds a setting to: a highest share of false winners, or a power with the published error. */
export type Bound = { atMost: number } | { power: number }

/**
 * A shop and a test on it. `lifts` has one number for each challenger, 0 for none: of the share that buys, with orders
 * as they are. `cap` is the percentile of buyers' totals, null for no cap; orders are lognormal with `sigma`.
 */
export type Setting = {
  name: string
  mode: TestingMode
  measure: Measure
  visitorsADay: number
  rate: number
  sigma: number
  cap: number | null
  lifts: readonly number[]
  bound: Bound
}

export const daysOfTest = 28

/** Shops A, B and C of statistics.md 1.4, and E, which is C with an effect. */
const shopA = { visitorsADay: 500, rate: 0.03, sigma: 1 }
const shopB = { visitorsADay: 500, rate: 0.01, sigma: 1.5 }
const shopC = { visitorsADay: 3_000, rate: 0.02, sigma: 1.2 }
const quiet = { visitorsADay: 100, rate: 0.02, sigma: 1 }

const revenue = { measure: 'revenue', mode: 'hybrid', cap: null } as const
const rate = { measure: 'rate', mode: 'hybrid', cap: null } as const
const capped = { ...revenue, cap: 0.99 } as const

const none = { lifts: [0], bound: { atMost: 0.05 } }

/** The rows of the table of statistics.md 1.4 that the product's rules have, and capped and three-armed ones. */
export const settings: readonly Setting[] = [
  { name: 'revenue A, no effect', ...revenue, ...shopA, ...none },
  { name: 'revenue B, no effect', ...revenue, ...shopB, ...none },
  { name: 'revenue C, no effect', ...revenue, ...shopC, ...none },
  { name: 'revenue A capped, no effect', ...capped, ...shopA, ...none },
  { name: 'revenue B capped, no effect', ...capped, ...shopB, ...none },
  { name: 'revenue A, no effect, 3 arms', ...revenue, ...shopA, ...none, lifts: [0, 0] },
  { name: 'revenue A, no effect, sequential', ...revenue, mode: 'sequential', ...shopA, ...none },
  { name: 'rate 3%, no effect', ...rate, ...shopA, ...none },
  { name: 'rate 2%, 100 a day, no effect', ...rate, ...quiet, ...none },
  { name: 'rate 3%, no effect, 3 arms', ...rate, ...shopA, ...none, lifts: [0, 0] },
  { name: 'revenue E +20%', ...revenue, ...shopC, lifts: [0.2], bound: { power: 0.756 } },
  {
    name: 'revenue E +20%, fixed',
    ...revenue,
    mode: 'fixed',
    ...shopC,
    lifts: [0.2],
    bound: { power: 0.779 },
  },
  {
    name: 'revenue E +20%, sequential',
    ...revenue,
    mode: 'sequential',
    ...shopC,
    lifts: [0.2],
    bound: { power: 0.482 },
  },
  { name: 'revenue E +20%, capped', ...capped, ...shopC, lifts: [0.2], bound: { power: 0.887 } },
  { name: 'revenue E +40%', ...revenue, ...shopC, lifts: [0.4], bound: { power: 0.98 } },
  { name: 'rate 3% +20%', ...rate, ...shopA, lifts: [0.2], bound: { power: 0.764 } },
  {
    name: 'rate 3% +20%, sequential',
    ...rate,
    mode: 'sequential',
    ...shopA,
    lifts: [0.2],
    bound: { power: 0.496 },
  },
]
