import { localDayStart } from '../../../schema/site/local-day.ts'
import type { Metric, MetricValue, QueryResult } from '../../contract/query.ts'
import type { Days } from './date-range.ts'
import { hourLabel, type Interval, intervalAt, makeIntervals } from './intervals.ts'
import { type MeasureRow, measureRow } from './measures.ts'
import { metricChange, metricValue } from './metric-values.ts'
import type { Order, Plan } from './plan.ts'
import type { ReportRow } from './report.ts'

type ResultRow = QueryResult['results'][number]
/** A row of measures under the labels that answers carry. */
type LabelledRow = { labels: string[]; measures: MeasureRow }

/** The rows of a question and of the days before, as read. */
export type Readings = { rows: ReportRow[]; before: ReportRow[] | null }

/** Makes the rows of an answer: gaps of a series filled, each row beside the one it compares with. */
export function makeRows(plan: Plan, { rows, before }: Readings): ResultRow[] {
  if (plan.series === null) {
    const earlier = before && new Map(before.map((row) => [JSON.stringify(row.dimensions), row]))
    return rows.map((row) => {
      const compared = earlier?.get(JSON.stringify(row.dimensions)) ?? measureRow.parse({})
      const labels = labelsOf(plan, row.dimensions)
      return makeRow(plan, { labels, measures: row }, earlier && { labels, measures: compared })
    })
  }
  const series = fillSeries(plan, plan.days, rows)
  const earlier = plan.before && before ? fillSeries(plan, plan.before, before) : null
  const made = series.map((row, index) => makeRow(plan, row, earlier?.[index] ?? null))
  return sortRows(plan, made).slice(plan.offset, plan.offset + plan.limit)
}

/** The intervals of a series in order, and after them any that the range does not know (a zone that changed). */
function intervalsOf(plan: Plan, days: Days, keys: readonly string[]): Interval[] {
  const grain = plan.series ?? 'day'
  const known = makeIntervals(grain, days, plan.timezone)
  const names = new Set(known.map((interval) => interval.key))
  const strange = keys.filter((key) => !names.has(key)).map((key) => ({ key, label: key.slice(0, 19) }))
  return [...known, ...strange].sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0))
}

function fillSeries(plan: Plan, days: Days, rows: ReportRow[]): LabelledRow[] {
  const found = new Map(rows.map((row) => [row.dimensions[0] ?? '', row]))
  return intervalsOf(plan, days, [...found.keys()]).map(({ key, label }) => ({
    labels: [label],
    measures: found.get(key) ?? measureRow.parse({}),
  }))
}

function labelsOf(plan: Plan, dimensions: string[]): string[] {
  return dimensions.map((value, index) => (plan.dimensions[index] === 'time:hour' ? hourLabel(value) : value))
}

function makeRow(plan: Plan, row: LabelledRow, before: LabelledRow | null): ResultRow {
  const valuesOf = (measures: MeasureRow) =>
    plan.metrics.map((metric) => metricValue(metric, measures, plan.site.currency))
  const metrics = valuesOf(row.measures)
  const made = { dimensions: row.labels, metrics }
  if (before === null) return made
  const earlier = valuesOf(before.measures)
  const change = plan.metrics.map((metric, index) =>
    metricChange(metric, metrics[index] ?? null, earlier[index] ?? null),
  )
  return { ...made, comparison: { dimensions: before.labels, metrics: earlier, change } }
}

// A series is ordered here: its empty intervals are not in the database.
function sortRows(plan: Plan, rows: ResultRow[]): ResultRow[] {
  const compare = (a: ResultRow, b: ResultRow, { by, direction }: Order) => {
    if ('dimension' in by) return 0
    const index = plan.metrics.indexOf(by.metric)
    const [left, right] = [sortValue(a.metrics[index]), sortValue(b.metrics[index])]
    return direction === 'asc' ? left - right : right - left
  }
  const sorted = rows.toSorted((a, b) => {
    for (const order of plan.order) {
      if ('dimension' in order.by) return 0
      const result = compare(a, b, order)
      if (result !== 0) return result
    }
    return 0
  })
  const [first] = plan.order
  const backwards = first && 'dimension' in first.by && first.direction === 'desc'
  return backwards ? sorted.reverse() : sorted
}

function sortValue(value: MetricValue | undefined): number {
  if (value === undefined || value === null) return Number.NEGATIVE_INFINITY
  return typeof value === 'number' ? value : value.amount
}

type MetaFacts = {
  rows: ReportRow[]
  now: number
  testRevenue: boolean
  wants: { labels: boolean; total: boolean }
}

const revenueMetrics = new Set<Metric>([
  'revenue',
  'net_revenue',
  'refunds',
  'orders',
  'average_order_value',
  'revenue_per_visitor',
  'payment_conversion_rate',
])

/** What a reader must know of the numbers. */
export function makeMeta(plan: Plan, facts: MetaFacts): QueryResult['meta'] {
  const { rows, now, testRevenue, wants } = facts
  const intervals =
    plan.series === null
      ? []
      : intervalsOf(
          plan,
          plan.days,
          rows.flatMap((row) => row.dimensions.slice(0, 1)),
        )
  const current =
    plan.series === null ? null : intervalAt(plan.series, { ms: now, day: plan.today }, plan.timezone)
  const unfinished = intervals.find((interval) => interval.key === current)?.label
  const paid = plan.metrics.some((metric) => revenueMetrics.has(metric))
  const overlaps = paid && plan.dimensions.some((dimension) => dimension.startsWith('event:'))
  const notes = overlaps
    ? ['Revenue of a page or event is that of the visits which had it before paying, so its rows overlap.']
    : []
  const total = plan.series === null ? totalOf(plan, rows) : intervals.length
  return {
    ...(wants.labels && plan.series !== null && { time_labels: intervals.map(({ label }) => label) }),
    ...(unfinished !== undefined && { unfinished }),
    ...(wants.total && total !== null && { total_rows: total }),
    ...(paid && testRevenue && { test_revenue: true }),
    ...(notes.length > 0 && { notes }),
  }
}

// A page past the last row holds none that could tell how many there are.
function totalOf(plan: Plan, rows: ReportRow[]): number | null {
  const [first] = rows
  return first?.total_rows ?? (plan.offset === 0 ? 0 : null)
}

/** The first and last second of some days, as ISO texts with the zone's offset. */
export function rangeText(days: Days, timezone: string): [string, string] {
  const first = localDayStart(days.from, timezone)
  const last = localDayStart(days.to + 1, timezone) - 1_000
  return [isoText(first, timezone), isoText(last, timezone)]
}

function isoText(ms: number, timezone: string): string {
  const [date = '', time = '', seconds = '0'] = intervalAt('hour', { ms, day: 0 }, timezone).split(' ')
  const offset = Number(seconds)
  const minuteAndSecond = new Date(ms + offset * 1_000).toISOString().slice(13, 19)
  const two = (number: number) => String(Math.floor(number)).padStart(2, '0')
  const size = Math.abs(offset)
  return `${date}T${time.slice(0, 2)}${minuteAndSecond}${offset < 0 ? '-' : '+'}${two(size / 3600)}:${two((size % 3600) / 60)}`
}
