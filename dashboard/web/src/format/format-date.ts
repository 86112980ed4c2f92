const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const weekdays = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')

/** How long an interval of a chart is. */
export type Interval = 'hour' | 'day' | 'week' | 'month'

/**
 * The interval that a series of time labels has, told by the first two: `2026-11-24 13:00:00` is an hour,
 * `2026-11-24` a day, a week or a month.
 */
export function intervalOf(labels: readonly string[]): Interval {
  const [first, second] = labels
  if (first === undefined) return 'day'
  if (/[ T]\d\d:/.test(first)) return 'hour'
  if (second === undefined) return 'day'
  // The first week or month of a range may be cut; the one after it begins where it should.
  const third = labels[2]
  const days = third === undefined ? daysBetween(first, second) : daysBetween(second, third)
  if (days >= 28) return 'month'
  return days >= 7 ? 'week' : 'day'
}

/** A time label for an axis: 13:00, 9 Nov, Nov 26 (a month's year only in January). */
export function formatAxisTime(label: string, interval: Interval): string {
  const { year, month, day, time } = partsOf(label)
  if (interval === 'hour') return time
  if (interval === 'month') return month === 1 ? `Jan ${year}` : monthName(month)
  return `${day} ${monthName(month)}`
}

/** A time label in full: Sun 9 Nov, 13:00; Sun 9 Nov; Week of 9 Nov; November 2026 as Nov 2026. */
export function formatTime(label: string, interval: Interval): string {
  const { year, month, day, time } = partsOf(label)
  if (interval === 'month') return `${monthName(month)} ${year}`
  if (interval === 'week') return `Week of ${day} ${monthName(month)}`
  const weekday = weekdays[new Date(Date.UTC(year, month - 1, day)).getUTCDay()] ?? ''
  const date = `${weekday} ${day} ${monthName(month)}`
  return interval === 'hour' ? `${date}, ${time}` : date
}

/** Two dates, both included, without what they share: 9 Nov 2026; 1–24 Nov 2026; 28 Oct – 3 Nov 2026. */
export function formatDates(from: string, to: string): string {
  const first = partsOf(from)
  const last = partsOf(to)
  const end = `${last.day} ${monthName(last.month)} ${last.year}`
  if (from === to) return end
  if (first.year !== last.year) return `${first.day} ${monthName(first.month)} ${first.year} – ${end}`
  if (first.month !== last.month) return `${first.day} ${monthName(first.month)} – ${end}`
  return `${first.day}–${end}`
}

/** The date of a moment (ms) in a time zone, as 2026-11-24. */
export function localDate(moment: number, timezone: string): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(moment)
}

/** A moment (ms) in a time zone: 24 Nov 2026, 14:05. */
export function formatMoment(moment: number, timezone: string): string {
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(moment)
  const date = localDate(moment, timezone)
  return `${formatDates(date, date)}, ${time}`
}

function partsOf(label: string): { year: number; month: number; day: number; time: string } {
  const [year = 0, month = 1, day = 1] = label.slice(0, 10).split('-').map(Number)
  return { year, month, day, time: label.slice(11, 16) }
}

function monthName(month: number): string {
  return months[month - 1] ?? ''
}

function daysBetween(from: string, to: string): number {
  return (Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000
}
