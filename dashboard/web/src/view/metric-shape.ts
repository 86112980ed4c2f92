import type { Metric, MetricValue } from '../../../contract/query.ts'
import type { Money } from '../../../contract/revenue.ts'
import { formatDuration } from '../format/format-duration.ts'
import { formatMoney, formatShortMoney } from '../format/format-money.ts'
import { formatCount, formatPercent, formatShortCount } from '../format/format-number.ts'

/** What a metric measures, which decides how it is written and compared. */
export type MetricKind = 'count' | 'percent' | 'seconds' | 'money'

/** A metric as the owner reads it. `falling_is_good` holds for the few where less is better. */
export type MetricShape = { name: string; kind: MetricKind; falling_is_good: boolean }

export const metricShapes: Record<Metric, MetricShape> = {
  visitors: shape('Visitors', 'count'),
  visits: shape('Visits', 'count'),
  pageviews: shape('Page views', 'count'),
  events: shape('Events', 'count'),
  views_per_visit: shape('Views per visit', 'count'),
  bounce_rate: { name: 'Bounce', kind: 'percent', falling_is_good: true },
  visit_duration: shape('Visit time', 'seconds'),
  orders: shape('Orders', 'count'),
  payment_conversion_rate: shape('Paid', 'percent'),
  revenue: shape('Revenue', 'money'),
  net_revenue: shape('Net revenue', 'money'),
  refunds: { name: 'Refunds', kind: 'money', falling_is_good: true },
  average_order_value: shape('Per order', 'money'),
  revenue_per_visitor: shape('Per visitor', 'money'),
}

const averages: readonly Metric[] = ['average_order_value', 'revenue_per_visitor']

/** The plain number of a value: the decimal of money, null when there is none. */
export function numberOf(value: MetricValue | undefined): number | null {
  if (value === undefined || value === null) return null
  return typeof value === 'number' ? value : value.value
}

/** The money of a value, or null when it is none. */
export function moneyOf(value: MetricValue | undefined): Money | null {
  return value === undefined || value === null || typeof value === 'number' ? null : value
}

/** A value in the form of its metric; `full` writes every decimal of money. An unknown value is a dash. */
export function formatMetric(
  metric: Metric,
  value: MetricValue | undefined,
  form: 'short' | 'full' = 'short',
): string {
  const money = moneyOf(value)
  // An average is a small figure: $1 beside $0.94 would look like a rounded one.
  const exact = form === 'full' || (averages.includes(metric) && Math.abs(money?.value ?? 0) < 1_000)
  if (money !== null) return exact ? formatMoney(money) : formatShortMoney(money)
  const number = numberOf(value)
  if (number === null) return '—'
  const { kind } = metricShapes[metric]
  if (kind === 'percent') return formatPercent(number)
  if (kind === 'seconds') return formatDuration(number)
  return form === 'full' ? formatCount(number) : formatShortCount(number)
}

function shape(name: string, kind: MetricKind): MetricShape {
  return { name, kind, falling_is_good: false }
}
