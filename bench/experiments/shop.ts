import type { DailySums } from '../../dashboard/statistics/decision/sums.ts'
import { outlierCap } from '../../dashboard/statistics/methods/outlier-cap.ts'
import { binomialTable, type Draws } from './random.ts'
import { daysOfTest, type Setting } from './setting.ts'

const FIRST = Date.UTC(2026, 8, 7)
const DAY_MS = 86_400_000

/** Days of the test: day 0 is the first. */
export const dayName = (day: number) => new Date(FIRST + day * DAY_MS).toISOString().slice(0, 10)

export const variantNames = (setting: Setting) => ['A', 'B', 'C', 'D'].slice(0, setting.lifts.length + 1)

/** What the buyers of one variant spent on one day, one order each. */
type Cohort = { day: number; variant: number; spent: Float64Array }

/** A whole test at one shop: its buyers, and how a results page would see them at the end of a day. */
export type SimulatedTest = { rowsAfter: (day: number) => DailySums[] }

/** Makes tests of a setting; the tables of its draws are made once. */
export function createShop(setting: Setting): (draws: Draws) => SimulatedTest {
  const { measure, visitorsADay, rate, sigma, lifts } = setting
  const buyers = [0, ...lifts].map((lift) => binomialTable(visitorsADay, rate * (1 + lift)))
  return (draws) => {
    const cohorts: Cohort[] = []
    for (let day = 0; day < daysOfTest; day++) {
      for (const [variant, count] of buyers.entries()) {
        const spent = new Float64Array(count(draws))
        if (measure === 'revenue') {
          for (let i = 0; i < spent.length; i++) spent[i] = Math.exp(sigma * draws.normal())
        }
        cohorts.push({ day, variant, spent })
      }
    }
    return { rowsAfter: (day) => rowsOf(cohorts, setting, day) }
  }
}

/** Sums by day of exposure with one cap for all days: that of the buyers so far, as the product's query has it. */
function rowsOf(cohorts: readonly Cohort[], setting: Setting, lastDay: number): DailySums[] {
  const seen = cohorts.filter(({ day }) => day <= lastDay)
  const cap = setting.cap === null ? Number.POSITIVE_INFINITY : outlierCap(pooled(seen), setting.cap)
  const names = variantNames(setting)
  return seen.map(({ day, variant, spent }) => {
    const row = emptyRow(dayName(day), names[variant] ?? '', setting.visitorsADay, spent.length)
    for (const amount of spent) {
      const counted = Math.min(amount, cap)
      row.revenue += counted
      row.revenue_squares += counted * counted
      row.revenue_uncapped += amount
      row.revenue_uncapped_squares += amount * amount
      row.largest_order = Math.max(row.largest_order, amount)
      if (amount > cap) row.capped_visitors += 1
    }
    row.revenue_orders = row.revenue_uncapped
    return row
  })
}

function emptyRow(day: string, variant: string, visitors: number, buyers: number): DailySums {
  return {
    day,
    variant,
    visitors,
    converters: buyers,
    orders: buyers,
    orders_squares: buyers,
    revenue: 0,
    revenue_squares: 0,
    revenue_uncapped: 0,
    revenue_uncapped_squares: 0,
    revenue_orders: 0,
    largest_order: 0,
    capped_visitors: 0,
  }
}

/** All that was spent, in rising order. */
function pooled(cohorts: readonly Cohort[]): Float64Array {
  const all = new Float64Array(cohorts.reduce((sum, { spent }) => sum + spent.length, 0))
  let offset = 0
  for (const { spent } of cohorts) {
    all.set(spent, offset)
    offset += spent.length
  }
  return all.sort()
}
