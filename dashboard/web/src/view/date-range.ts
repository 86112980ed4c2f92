import type { DateRange } from '../../../contract/query.ts'
import { formatDates } from '../format/format-date.ts'

type NamedRange = Extract<DateRange, string>

/** The ranges of the menu in its order; `null` is a line between two groups. */
export const rangeMenu: readonly (NamedRange | null)[] = [
  'day',
  'yesterday',
  null,
  '7d',
  '28d',
  '30d',
  '91d',
  null,
  'month',
  'last_month',
  null,
  '6mo',
  '12mo',
  'year',
  'all',
]

const names: Record<NamedRange, string> = {
  day: 'Today',
  yesterday: 'Yesterday',
  '7d': 'Last 7 days',
  '28d': 'Last 28 days',
  '30d': 'Last 30 days',
  '91d': 'Last 91 days',
  month: 'Month to date',
  last_month: 'Last month',
  '6mo': 'Last 6 months',
  '12mo': 'Last 12 months',
  year: 'Year to date',
  all: 'All time',
}

/** A range in words: a named one by its name, another by its dates. */
export function rangeName(range: DateRange): string {
  return typeof range === 'string' ? names[range] : formatDates(range[0], range[1])
}

/** Whether a range still grows: it includes `today` (a date in the site's zone). */
export function includesToday(range: DateRange, today: string): boolean {
  if (typeof range !== 'string') return range[0] <= today && today <= range[1]
  return range !== 'yesterday' && range !== 'last_month'
}
