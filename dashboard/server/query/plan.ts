import type { z } from 'zod'
import { localDay, zoneAt } from '../../../schema/site/local-day.ts'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { Dimension, Filter, Metric, queryBody } from '../../contract/query.ts'
import { refuseField } from '../refusal.ts'
import { type GroupDimension, needsEvents } from './columns.ts'
import { type Days, previousPeriod, resolveRange, yearBefore } from './date-range.ts'
import { fittingGrain, type Grain } from './intervals.ts'

/** A row's order: by a metric, or by the dimension of an index. */
export type Order = { by: { metric: Metric } | { dimension: number }; direction: 'asc' | 'desc' }

/** A question whose names are resolved. */
export type Plan = {
  site: Site
  timezone: string
  today: number
  days: Days
  /** The days to compare with, or null. */
  before: Days | null
  metrics: Metric[]
  dimensions: GroupDimension[]
  /** The grain when time is the only dimension: then every interval has a row. */
  series: Grain | null
  filters: Filter[]
  /** Whether a dimension or a filter looks at single events. */
  byEvent: boolean
  order: Order[]
  limit: number
  offset: number
}

type Body = z.output<typeof queryBody>
type Moment = { now: number; firstDay: number }

const longestDays = 3_700
const mostHourDays = 400
const mostCompared = 1_000

/**
 * Resolves the names in a question: days in the site's zone, the grain of `time`, the order.
 *
 * @throws Refused naming the field that does not fit
 */
export function planQuery(body: Body, site: Site, moment: Moment): Plan {
  const timezone = zoneAt(site, moment.now)
  const today = localDay(moment.now, timezone)
  const days = resolveRange(body.date_range, today, moment.firstDay)
  if (days === null) throw refuseField('date_range', 'The range ends before it begins.')
  if (days.to - days.from >= longestDays) throw refuseField('date_range', 'Ask for at most ten years.')
  const dimensions = body.dimensions.map((dimension) => resolveDimension(dimension, days))
  refuseUnfit(body, dimensions, days)
  const series = dimensions.length === 1 ? grainOf(dimensions[0]) : null
  return {
    site,
    timezone,
    today,
    days,
    before: daysBefore(body, days),
    metrics: body.metrics,
    dimensions,
    series,
    filters: body.filters,
    byEvent: dimensions.some(needsEvents) || body.filters.some(([, dimension]) => needsEvents(dimension)),
    order: orderOf(body, dimensions),
    limit: body.pagination.limit,
    offset: body.pagination.offset,
  }
}

function resolveDimension(dimension: Dimension, days: Days): GroupDimension {
  return dimension === 'time' ? `time:${fittingGrain(days)}` : dimension
}

function grainOf(dimension: GroupDimension | undefined): Grain | null {
  switch (dimension) {
    case 'time:hour':
      return 'hour'
    case 'time:day':
      return 'day'
    case 'time:week':
      return 'week'
    case 'time:month':
      return 'month'
    default:
      return null
  }
}

function refuseUnfit(body: Body, dimensions: GroupDimension[], days: Days): void {
  if (new Set(dimensions).size < dimensions.length)
    throw refuseField('dimensions', 'A dimension stands there twice.')
  if (dimensions.filter((dimension) => grainOf(dimension) !== null).length > 1)
    throw refuseField('dimensions', 'Only one of them may be of time.')
  if (dimensions.includes('time:hour') && days.to - days.from >= mostHourDays)
    throw refuseField('dimensions', `Hours can be asked for at most ${mostHourDays} days at once.`)
  if (body.include.comparisons && dimensions.length > 0 && body.pagination.limit > mostCompared)
    throw refuseField('pagination.limit', `At most ${mostCompared} rows can be compared at once.`)
}

function daysBefore(body: Body, days: Days): Days | null {
  const mode = body.include.comparisons?.mode
  if (mode === undefined) return null
  return mode === 'previous_period' ? previousPeriod(days) : yearBefore(days)
}

function orderOf(body: Body, dimensions: GroupDimension[]): Order[] {
  const names: readonly string[] = body.dimensions
  const asked = body.order_by?.map(([name, direction], index): Order => {
    const metric = body.metrics.find((each) => each === name)
    const dimension = names.indexOf(name)
    if (metric !== undefined) return { by: { metric }, direction }
    if (dimension < 0)
      throw refuseField(`order_by.${index}`, `${name} is neither a metric nor a dimension of this question.`)
    return { by: { dimension }, direction }
  })
  const time = dimensions.findIndex((dimension) => grainOf(dimension) !== null)
  const byTime: Order[] = time < 0 ? [] : [{ by: { dimension: time }, direction: 'asc' }]
  const byMetric: Order[] = body.metrics.slice(0, 1).map((metric) => ({ by: { metric }, direction: 'desc' }))
  // Ties go by the dimensions, so that pages of an answer neither repeat nor miss a row.
  const ties = dimensions.map((_, dimension): Order => ({ by: { dimension }, direction: 'asc' }))
  return [...(asked ?? [...byTime, ...byMetric]), ...ties]
}
