import type { Plan } from '../books/records.ts'

export const DAY_S = 86_400

/** Seconds of the end of a period; a month later is the same day, or the last of a shorter month. */
export function periodAfter(start: number, { interval, interval_count: count }: Plan): number {
  if (interval === 'day' || interval === 'week') return start + count * (interval === 'day' ? 1 : 7) * DAY_S
  const date = new Date(start * 1000)
  const months = interval === 'month' ? count : 12 * count
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last))
  return date.getTime() / 1000
}
