import { z } from 'zod'
import { integer } from '../../../schema/clickhouse/cell.ts'
import type { Metric } from '../../contract/query.ts'
import { sourceColumns } from './source-columns.ts'

/**
 * What the database adds up; metrics are made of these. Amounts are minor units by currency. Every measure is additive
 * over days, and so over the rollups of closed days and the facts of open ones.
 */
const measureSql = {
  visitors: 'sum(visitor_count)',
  visits: 'sum(visit_count)',
  pageviews: 'sum(pageview_count)',
  events: 'sum(event_count)',
  visit_pageviews: 'sum(visit_pageview_count)',
  bounces: 'sum(bounce_count)',
  milliseconds: 'sum(duration)',
  orders: 'sum(order_count)',
  paying_visits: 'sum(paying_visit_count)',
  gross: "sumMapIf(map(currency, gross_amount), currency != '')",
  gross_orders: "sumMapIf(map(currency, order_count), currency != '')",
  refunded: "sumMapIf(map(currency, refunded_amount), currency != '')",
  lost: "sumMapIf(map(currency, lost_amount), currency != '')",
} as const

export type Measure = keyof typeof measureSql

const columnsOf: Record<Measure, readonly string[]> = sourceColumns

const count = integer.default(0)
const byCurrency = z.record(z.string(), integer).default({})

/** The measures of one row; those that were not asked for are 0. */
export const measureRow = z.object({
  visitors: count,
  visits: count,
  pageviews: count,
  events: count,
  visit_pageviews: count,
  bounces: count,
  milliseconds: count,
  orders: count,
  paying_visits: count,
  gross: byCurrency,
  gross_orders: byCurrency,
  refunded: byCurrency,
  lost: byCurrency,
})
export type MeasureRow = z.infer<typeof measureRow>

const counts = [
  'visitors',
  'visits',
  'pageviews',
  'events',
  'visit_pageviews',
  'bounces',
  'milliseconds',
  'orders',
  'paying_visits',
] as const
const amounts = ['gross', 'gross_orders', 'refunded', 'lost'] as const

/** The measures of several rows together. */
export function addMeasures(rows: readonly MeasureRow[]): MeasureRow {
  const sum: MeasureRow = { ...measureRow.parse({}), gross: {}, gross_orders: {}, refunded: {}, lost: {} }
  for (const row of rows) {
    for (const measure of counts) sum[measure] += row[measure]
    for (const measure of amounts)
      for (const [currency, amount] of Object.entries(row[measure]))
        sum[measure][currency] = (sum[measure][currency] ?? 0) + amount
  }
  return sum
}

const measuresOf = {
  visitors: ['visitors'],
  visits: ['visits'],
  pageviews: ['pageviews'],
  events: ['events'],
  views_per_visit: ['visit_pageviews', 'visits'],
  bounce_rate: ['bounces', 'visits'],
  visit_duration: ['milliseconds', 'visits'],
  orders: ['orders'],
  payment_conversion_rate: ['paying_visits', 'visits'],
  revenue: ['gross'],
  net_revenue: ['gross', 'refunded', 'lost'],
  refunds: ['refunded'],
  average_order_value: ['gross', 'gross_orders'],
  revenue_per_visitor: ['gross', 'visitors'],
} as const satisfies Record<Metric, readonly Measure[]>

/** What rows are ordered by, over the measures of a row: money in the site's currency. What cannot be divided comes last. */
export const orderSql = {
  visitors: 'visitors',
  visits: 'visits',
  pageviews: 'pageviews',
  events: 'events',
  views_per_visit: 'visit_pageviews / nullIf(visits, 0)',
  bounce_rate: 'bounces / nullIf(visits, 0)',
  visit_duration: 'milliseconds / nullIf(visits, 0)',
  orders: 'orders',
  payment_conversion_rate: 'paying_visits / nullIf(visits, 0)',
  revenue: 'gross[{currency:String}]',
  net_revenue: 'gross[{currency:String}] - refunded[{currency:String}] - lost[{currency:String}]',
  refunds: 'refunded[{currency:String}]',
  average_order_value: 'gross[{currency:String}] / nullIf(gross_orders[{currency:String}], 0)',
  revenue_per_visitor: 'gross[{currency:String}] / nullIf(visitors, 0)',
} as const satisfies Record<Metric, string>

const ofDeductions = new Set<Measure>(['refunded', 'lost'])
const ofMoney = new Set<Measure>(['orders', 'paying_visits', 'gross', 'gross_orders', ...ofDeductions])
const ofWholeVisits = new Set<Measure>(['visit_pageviews', 'bounces', 'milliseconds'])

/** What metrics need of the sources. */
export type Needs = {
  /** The measures as columns, each followed by a comma. */
  sql: string
  /** The columns of sources that nobody asks for. */
  unused: ReadonlySet<string>
  traffic: boolean
  money: boolean
  deductions: boolean
  payingVisits: boolean
  visitors: boolean
  /** Whether a question about events asks what their visits were as a whole. */
  wholeVisits: boolean
}

/** The measures that metrics need, and of which sources they are. */
export function needsOf(metrics: readonly Metric[]): Needs {
  const measures = [...new Set(metrics.flatMap((metric): readonly Measure[] => measuresOf[metric]))]
  const used = new Set<string>(measures.flatMap((measure) => columnsOf[measure]))
  return {
    unused: new Set(
      Object.values(columnsOf)
        .flat()
        .filter((column) => !used.has(column)),
    ),
    sql: measures.map((measure) => `${measureSql[measure]} AS ${measure},`).join('\n  '),
    traffic: measures.some((measure) => !ofMoney.has(measure)),
    money: measures.some((measure) => ofMoney.has(measure)),
    deductions: measures.some((measure) => ofDeductions.has(measure)),
    payingVisits: measures.includes('paying_visits'),
    visitors: measures.includes('visitors'),
    wholeVisits: measures.some((measure) => ofWholeVisits.has(measure)),
  }
}
