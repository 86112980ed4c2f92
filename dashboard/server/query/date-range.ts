import { dayNumber } from '../../../schema/site/local-day.ts'
import type { DateRange } from '../../contract/query.ts'

/** Whole local days, both included, as numbers of days since 1970-01-01. */
export type Days = { from: number; to: number }

const dayMs = 86_400_000

function partsOf(day: number): { year: number; month: number; date: number } {
  const date = new Date(day * dayMs)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), date: date.getUTCDate() }
}

function dayOf(year: number, month: number, date = 1): number {
  return Date.UTC(year, month, date) / dayMs
}

/** The first day of a day's month, or of the month so many months later. */
export function monthStart(day: number, later = 0): number {
  const { year, month } = partsOf(day)
  return dayOf(year, month + later)
}

/** The Monday of a day's week. */
export function weekStart(day: number): number {
  // 1970-01-01 was a Thursday, three days after a Monday.
  return day - ((((day + 3) % 7) + 7) % 7)
}

const lastDays = { '7d': 7, '28d': 28, '30d': 30, '91d': 91 } as const

/**
 * The days of a range. Named ranges that hold today end today.
 *
 * @param today the local day of now
 * @param first the first day with data, for `all`
 * @returns null when a pair ends before it begins
 */
export function resolveRange(range: DateRange, today: number, first: number): Days | null {
  if (typeof range !== 'string') {
    const [from, to] = [dayNumber(range[0]), dayNumber(range[1])]
    return from <= to ? { from, to } : null
  }
  switch (range) {
    case 'day':
      return { from: today, to: today }
    case 'yesterday':
      return { from: today - 1, to: today - 1 }
    case '7d':
    case '28d':
    case '30d':
    case '91d':
      return { from: today - lastDays[range] + 1, to: today }
    case 'month':
      return { from: monthStart(today), to: today }
    case 'last_month':
      return { from: monthStart(today, -1), to: monthStart(today) - 1 }
    case '6mo':
      return { from: monthStart(today, -5), to: today }
    case '12mo':
      return { from: monthStart(today, -11), to: today }
    case 'year':
      return { from: dayOf(partsOf(today).year, 0), to: today }
    case 'all':
      return { from: Math.min(first, today), to: today }
  }
}

/** As many days, right before. */
export function previousPeriod({ from, to }: Days): Days {
  return { from: from - (to - from) - 1, to: from - 1 }
}

/** The same dates a year earlier; 29 February becomes the 28th. */
export function yearBefore({ from, to }: Days): Days {
  return { from: sameDateBefore(from), to: sameDateBefore(to) }
}

function sameDateBefore(day: number): number {
  const { year, month, date } = partsOf(day)
  const last = dayOf(year - 1, month + 1) - dayOf(year - 1, month)
  return dayOf(year - 1, month, Math.min(date, last))
}
