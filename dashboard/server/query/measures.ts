import { z } from 'zod'
import { integer } from '../../../schema/clickhouse/cell.ts'
import type { Metric } from '../../contract/query.ts'

/** What the database adds up; metrics are made of these. Amounts are minor units, `seconds` are of all visits. */
const measureSql = {
  visitors: 'sum(visitor_count)',
  visits: 'sum(visit_count)',
  pageviews: 'sum(pageview_count)',
  events: 'sum(event_count)',
  visit_pageviews: 'sum(visit_pageview_count)',
  bounces: 'sum(bounce_count)',
  seconds: 'sum(duration)',
  orders: 'sum(order_count)',
  paying_visits: 'sum(paying_visit_count)',
  own: 'sum(own_amount)',
  own_orders: 'sum(own_order_count)',
  money: 'sumMap(amounts)',
  money_orders: 'sumMap(orders_by_currency)',
} as const

export type Measure = keyof typeof measureSql

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
  seconds: z.number().default(0),
  orders: count,
  paying_visits: count,
  own: count,
  own_orders: count,
  money: byCurrency,
  money_orders: byCurrency,
})
export type MeasureRow = z.infer<typeof measureRow>

const measuresOf = {
  visitors: ['visitors'],
  visits: ['visits'],
  pageviews: ['pageviews'],
  events: ['events'],
  views_per_visit: ['visit_pageviews', 'visits'],
  bounce_rate: ['bounces', 'visits'],
  visit_duration: ['seconds', 'visits'],
  orders: ['orders'],
  payment_conversion_rate: ['paying_visits', 'visits'],
  revenue: ['own', 'money'],
  average_order_value: ['own', 'own_orders', 'money', 'money_orders'],
  revenue_per_visitor: ['own', 'money', 'visitors'],
} as const satisfies Record<Metric, readonly Measure[]>

/** What rows are ordered by, over the measures of a row. What cannot be divided comes last. */
export const orderSql = {
  visitors: 'visitors',
  visits: 'visits',
  pageviews: 'pageviews',
  events: 'events',
  views_per_visit: 'visit_pageviews / nullIf(visits, 0)',
  bounce_rate: 'bounces / nullIf(visits, 0)',
  visit_duration: 'seconds / nullIf(visits, 0)',
  orders: 'orders',
  payment_conversion_rate: 'paying_visits / nullIf(visits, 0)',
  revenue: 'own',
  average_order_value: 'own / nullIf(own_orders, 0)',
  revenue_per_visitor: 'own / nullIf(visitors, 0)',
} as const satisfies Record<Metric, string>

const ofPayments = new Set<Measure>(['orders', 'paying_visits', 'own', 'own_orders', 'money', 'money_orders'])
const ofWholeVisits = new Set<Measure>(['visit_pageviews', 'bounces', 'seconds'])

/** The measures that metrics need, and which of the sources have them. */
export function measuresFor(metrics: readonly Metric[]) {
  const measures = [...new Set(metrics.flatMap((metric): readonly Measure[] => measuresOf[metric]))]
  return {
    sql: measures.map((measure) => `${measureSql[measure]} AS ${measure},`).join('\n  '),
    fromTraffic: measures.some((measure) => !ofPayments.has(measure)),
    fromPayments: measures.some((measure) => ofPayments.has(measure)),
    wholeVisits: measures.some((measure) => ofWholeVisits.has(measure)),
  }
}
