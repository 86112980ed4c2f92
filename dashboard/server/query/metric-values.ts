import { toMoney } from '../../../schema/payment/money.ts'
import type { Metric, MetricValue } from '../../contract/query.ts'
import type { Money } from '../../contract/revenue.ts'
import type { MeasureRow } from './measures.ts'

function ratio(value: number, by: number, digits: number): number | null {
  return by === 0 ? null : Number((value / by).toFixed(digits))
}

type Amounts = Record<string, number>

/** Amounts of each currency, the site's own first, each divided by what belongs to it. */
function moneyOf(amounts: Amounts, currency: string, share: (currency: string) => number): Money | null {
  const others = Object.entries(amounts)
    .filter(([code, amount]) => code !== currency && amount !== 0 && share(code) !== 0)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([code, amount]) => toMoney(Math.round(amount / share(code)), code))
  const own = share(currency)
  if (own === 0 && others.length === 0) return null
  const money = toMoney(own === 0 ? 0 : Math.round((amounts[currency] ?? 0) / own), currency)
  return others.length === 0 ? money : { ...money, others }
}

/** What is left of each currency: gross without refunds and lost disputes (ruling 15). */
function netOf({ gross, refunded, lost }: MeasureRow): Amounts {
  const codes = [gross, refunded, lost].flatMap(Object.keys)
  return Object.fromEntries(
    codes.map((code) => [code, (gross[code] ?? 0) - (refunded[code] ?? 0) - (lost[code] ?? 0)]),
  )
}

const whole = () => 1

/** A metric of a row. What would be divided by nothing is null. */
export function metricValue(metric: Metric, row: MeasureRow, currency: string): MetricValue {
  switch (metric) {
    case 'visitors':
    case 'visits':
    case 'pageviews':
    case 'events':
    case 'orders':
      return row[metric]
    case 'views_per_visit':
      return ratio(row.visit_pageviews, row.visits, 2)
    case 'bounce_rate':
      return ratio(row.bounces * 100, row.visits, 2)
    case 'visit_duration':
      return ratio(row.milliseconds / 1000, row.visits, 0)
    case 'payment_conversion_rate':
      return ratio(row.paying_visits * 100, row.visits, 2)
    case 'revenue':
      return moneyOf(row.gross, currency, whole)
    case 'net_revenue':
      return moneyOf(netOf(row), currency, whole)
    case 'refunds':
      return moneyOf(row.refunded, currency, whole)
    case 'average_order_value':
      return moneyOf(row.gross, currency, (code) => row.gross_orders[code] ?? 0)
    case 'revenue_per_visitor':
      return moneyOf(row.gross, currency, () => row.visitors)
  }
}

const rates = new Set<Metric>(['bounce_rate', 'payment_conversion_rate'])

function numberOf(value: MetricValue): number | null {
  return value === null || typeof value === 'number' ? value : value.amount
}

/**
 * How a metric changed: rates in percentage points, everything else in percent. Null when either is unknown, or when
 * there was nothing before to be a percentage of. Money compares in the site's currency.
 */
export function metricChange(metric: Metric, value: MetricValue, before: MetricValue): number | null {
  const [now, then] = [numberOf(value), numberOf(before)]
  if (now === null || then === null) return null
  if (rates.has(metric)) return Number((now - then).toFixed(2))
  if (then === 0) return now === 0 ? 0 : null
  return Number((((now - then) / Math.abs(then)) * 100).toFixed(1))
}
