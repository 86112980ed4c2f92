import type { Dimension, Filter } from '../../contract/query.ts'
import type { Grain } from './intervals.ts'

/** The label of payments that no known visit earned, in every dimension but time. */
export const unattributed = '(unattributed)'

/** What a question groups by: a dimension of the contract, with `time` made a grain. */
export type GroupDimension = Exclude<Dimension, `time${string}`> | `time:${Grain}`

/** Where a column is read: the table of visits, of events, of payments, or a rollup by one dimension. */
export type Source = 'visits' | 'events' | 'payments' | 'rolled'

const visitColumns = {
  'visit:entry_page': 'entry_page',
  'visit:source': 'source',
  'visit:channel': 'channel',
  'visit:referrer': 'referrer',
  'visit:utm_source': 'utm_source',
  'visit:utm_medium': 'utm_medium',
  'visit:utm_campaign': 'utm_campaign',
  'visit:utm_content': 'utm_content',
  'visit:utm_term': 'utm_term',
  'visit:country': 'country',
  'visit:region': 'region',
  'visit:city': 'city',
  'visit:browser': 'browser',
  'visit:browser_version': 'browser_version',
  'visit:os': 'os',
  'visit:os_version': 'os_version',
  'visit:device': 'device',
} as const

const eventColumns = {
  'event:page': 'pathname',
  'event:hostname': 'hostname',
  'event:name': 'name',
} as const

// A visit's row in `sessions` holds a state of its last page; the others carry it as `exit_page` where it is joined.
const exitPage = {
  visits: 'finalizeAggregation(exit_page)',
  events: 'v.exit_page',
  payments: `if(p.confidence = 'unattributed', '${unattributed}', v.exit_page)`,
} as const

// A visit belongs to the day and hour of its beginning, which its id holds; a payment to those of its charge.
const instants = {
  visits: 'started_at',
  events: "fromUnixTimestamp64Milli(toInt64(bitShiftRight(session_id, 20)), 'UTC')",
  payments: 'p.moved_at',
} as const

function hourColumn(source: Source): string {
  if (source === 'rolled') throw new Error('rollups are of whole days')
  const instant = instants[source]
  return `concat(formatDateTime(${instant}, '%Y-%m-%d %H:00:00', {timezone:String}), ' ', toString(timezoneOffset(toTimeZone(${instant}, {timezone:String}))))`
}

function isEventDimension(dimension: GroupDimension): dimension is keyof typeof eventColumns {
  return dimension in eventColumns
}

/** Whether a dimension or filter can only be answered from single events. */
export function needsEvents(dimension: GroupDimension): boolean {
  return isEventDimension(dimension)
}

/** The expression of a dimension where it is read. */
export function columnOf(dimension: GroupDimension, source: Source): string {
  const prefix = source === 'payments' ? 'p.' : ''
  if (source === 'rolled' && !dimension.startsWith('time:')) return 'value'
  switch (dimension) {
    case 'time:hour':
      return hourColumn(source)
    case 'time:day':
      return `${prefix}day`
    case 'time:week':
      return `toMonday(${prefix}day)`
    case 'time:month':
      return `toStartOfMonth(${prefix}day)`
    case 'visit:exit_page':
      return source === 'rolled' ? 'value' : exitPage[source]
    case 'event:page':
    case 'event:hostname':
    case 'event:name': {
      const column = eventColumns[dimension]
      return source === 'payments' ? `if(seen.session_id = 0, '${unattributed}', seen.${column})` : column
    }
    default: {
      const column = visitColumns[dimension]
      return source === 'payments'
        ? `if(p.confidence = 'unattributed', '${unattributed}', p.${column})`
        : column
    }
  }
}

/** The column of `payments` that holds a dimension of a visit, or null when it is read elsewhere. */
export function paymentColumn(dimension: GroupDimension): string | null {
  return isCopied(dimension) ? visitColumns[dimension] : null
}

function isCopied(dimension: GroupDimension): dimension is keyof typeof visitColumns {
  return dimension in visitColumns
}

/** A filter as a condition on an expression; its values are bound as `filter_N`. */
export function conditionOf(operator: Filter[0], column: string, index: number): string {
  const values = `{filter_${index}:Array(String)}`
  switch (operator) {
    case 'is':
      return `has(${values}, ${column})`
    case 'is_not':
      return `NOT has(${values}, ${column})`
    case 'contains':
      return `multiSearchAny(${column}, ${values})`
    case 'contains_not':
      return `NOT multiSearchAny(${column}, ${values})`
  }
}
