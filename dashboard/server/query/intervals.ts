import { dayText, localDayStart } from '../../../schema/site/local-day.ts'
import { type Days, monthStart, weekStart } from './date-range.ts'

/** The size of an interval of time. */
export type Grain = 'hour' | 'day' | 'week' | 'month'

/** One interval: `key` is what SQL groups by (columns.ts), `label` what answers carry. */
export type Interval = { key: string; label: string }

/** The grain that a range is drawn in when the question leaves it open. */
export function fittingGrain({ from, to }: Days): Grain {
  const days = to - from + 1
  if (days === 1) return 'hour'
  return days <= 92 ? 'day' : 'month'
}

const starts = {
  day: (day: number) => day,
  week: weekStart,
  month: (day: number) => monthStart(day),
} as const

/** Every interval that a range touches, in order, the empty ones too. */
export function makeIntervals(grain: Grain, days: Days, timezone: string): Interval[] {
  if (grain === 'hour') return makeHours(days, timezone)
  const found = new Set<string>()
  for (let day = days.from; day <= days.to; day++) found.add(dayText(starts[grain](day)))
  return [...found].map((label) => ({ key: label, label }))
}

/** The interval that holds an instant. */
export function intervalAt(grain: Grain, instant: { ms: number; day: number }, timezone: string): string {
  return grain === 'hour' ? hourKey(instant.ms, hourFormat(timezone)) : dayText(starts[grain](instant.day))
}

const quarterMs = 15 * 60_000

// Offsets of zones are multiples of a quarter of an hour, and so are the places where they change. Walking over the
// quarters finds 23 hours on the day that loses one, 25 on the day that has one twice, and Lord Howe's half hour.
function makeHours(days: Days, timezone: string): Interval[] {
  const format = hourFormat(timezone)
  const end = localDayStart(days.to + 1, timezone)
  const hours: Interval[] = []
  const labels = new Set<string>()
  for (let ms = localDayStart(days.from, timezone); ms < end; ms += quarterMs) {
    const key = hourKey(ms, format)
    if (hours.at(-1)?.key === key) continue
    const label = labels.has(hourLabel(key)) ? `${hourLabel(key)}${offsetText(key)}` : hourLabel(key)
    labels.add(label)
    hours.push({ key, label })
  }
  return hours
}

function hourFormat(timezone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    timeZoneName: 'longOffset',
  })
}

/** The local hour and the offset in seconds, such as `2026-10-25 02:00:00 7200`: an hour that comes twice has two. */
function hourKey(ms: number, format: Intl.DateTimeFormat): string {
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]))
  const [year, month, day, hour] = (['year', 'month', 'day', 'hour'] as const).map((part) => parts.get(part))
  const offset = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(parts.get('timeZoneName') ?? '')
  const seconds = (Number(offset?.[2] ?? 0) * 60 + Number(offset?.[3] ?? 0)) * 60
  const signed = offset?.[1] === '-' ? -seconds : seconds
  return `${year}-${month}-${day} ${hour}:00:00 ${signed}`
}

/** The label of an hour's key without its offset. */
export function hourLabel(key: string): string {
  return key.slice(0, 19)
}

function offsetText(key: string): string {
  const minutes = Number(key.slice(20)) / 60
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  const two = (number: number) => String(number).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`
}
