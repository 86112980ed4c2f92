import { z } from 'zod'
import { money } from './revenue.ts'

/** Plain numbers; `bounce_rate` and `payment_conversion_rate` in percent, `visit_duration` in seconds. */
export const countMetrics = [
  'visitors',
  'visits',
  'pageviews',
  'events',
  'views_per_visit',
  'bounce_rate',
  'visit_duration',
  'orders',
  'payment_conversion_rate',
] as const
/**
 * Money objects in the site's currency. `revenue` is gross; `net_revenue` is without `refunds` and without what disputes
 * lost, each on its own day.
 */
export const moneyMetrics = [
  'revenue',
  'net_revenue',
  'refunds',
  'average_order_value',
  'revenue_per_visitor',
] as const
export const metrics = [...countMetrics, ...moneyMetrics] as const
export const metric = z.enum(metrics)
export type Metric = z.infer<typeof metric>

/** Dimensions of a visit, of its events, and of time. */
export const visitDimensions = [
  'visit:entry_page',
  'visit:exit_page',
  'visit:source',
  'visit:channel',
  'visit:referrer',
  'visit:utm_source',
  'visit:utm_medium',
  'visit:utm_campaign',
  'visit:utm_content',
  'visit:utm_term',
  'visit:country',
  'visit:region',
  'visit:city',
  'visit:browser',
  'visit:browser_version',
  'visit:os',
  'visit:os_version',
  'visit:device',
] as const
export const eventDimensions = ['event:page', 'event:hostname', 'event:name'] as const
export const timeDimensions = ['time', 'time:hour', 'time:day', 'time:week', 'time:month'] as const
export const filterDimension = z.enum([...visitDimensions, ...eventDimensions])
export const dimension = z.enum([...visitDimensions, ...eventDimensions, ...timeDimensions])
export type Dimension = z.infer<typeof dimension>

/** `[operator, dimension, values]`: a row fits when any value does (none for the `not` ones). All filters must hold. */
export const filter = z.tuple([
  z.enum(['is', 'is_not', 'contains', 'contains_not']),
  filterDimension,
  z.array(z.string().max(2_000)).min(1).max(100),
])
export type Filter = z.infer<typeof filter>

/**
 * Days in the site's zone. `7d` and the like end today, as do `month` and `year`, which begin on the first; `6mo` and
 * `12mo` begin on the first of the month 5 or 11 months ago; a pair is from and to, both included.
 */
export const dateRange = z.union([
  z.enum([
    'day',
    'yesterday',
    '7d',
    '28d',
    '30d',
    '91d',
    'month',
    'last_month',
    '6mo',
    '12mo',
    'year',
    'all',
  ]),
  z.tuple([z.iso.date(), z.iso.date()]),
])
export type DateRange = z.infer<typeof dateRange>

/**
 * `POST /api/v2/query`: the shape of the Plausible Stats API v2, with revenue. A visit belongs whole to the local day
 * on which it began; revenue belongs to the day of the charge, refunds and lost disputes to their own, under the visit
 * that earned the payment. Revenue of a page is that of the visits which saw it before paying, so its rows overlap; in
 * every other dimension the rows add up to the total. Payments of no known visit are a row `(unattributed)`, which
 * filters can name too; '' is a visit that brought no such value (a direct visit has no source).
 *
 * `visitors` of several days are the sum of each day's, since ids change daily. Who opts out where a site honours that
 * has no id: such visits count as visits and not as visitors, because nobody can tell whose they are.
 * `payment_conversion_rate` counts a visit as paying once, on the day of its first order, whatever it buys later.
 *
 * A filter on `event:` dimensions keeps the visits with an event that fits all of them; `pageviews` and `events` then
 * count those events. An average over nothing is null.
 *
 * Source: https://plausible.io/docs/stats-api
 */
export const queryBody = z.strictObject({
  site_id: z.string().max(260),
  metrics: z.array(metric).min(1).max(metrics.length),
  date_range: dateRange,
  dimensions: z.array(dimension).max(3).default([]),
  filters: z.array(filter).max(20).default([]),
  order_by: z
    .array(z.tuple([z.union([metric, dimension]), z.enum(['asc', 'desc'])]))
    .max(4)
    .optional(),
  include: z
    .strictObject({
      time_labels: z.boolean().optional(),
      total_rows: z.boolean().optional(),
      /** Clients of Plausible's API send it; nothing is imported here, so it changes nothing. */
      imports: z.boolean().optional(),
      /** Adds `comparison` to each row: the same metrics over the period before, or a year earlier. */
      comparisons: z.strictObject({ mode: z.enum(['previous_period', 'year_over_year']) }).optional(),
    })
    .default({}),
  pagination: z
    .strictObject({
      limit: z.number().int().min(1).max(10_000).default(1_000),
      offset: z.number().int().min(0).default(0),
    })
    .default({ limit: 1_000, offset: 0 }),
})
export type QueryBody = z.input<typeof queryBody>

export const metricValue = z.union([z.number(), money, z.null()])
export type MetricValue = z.infer<typeof metricValue>

/**
 * The answer. `metrics` stand in the order asked for. Without dimensions there is exactly one row. With a time
 * dimension, and no other, every interval of the range has a row, empty ones too. Labels of time are `2026-11-24` (the
 * Monday of a week, the first of a month) or `2026-11-24 09:00:00`; an hour that comes twice, as when clocks go back, is
 * told apart by its offset the second time, `2026-10-25 02:00:00+01:00`. `change` is in percent, for the two rates in
 * points, and null when there was nothing before.
 */
export const queryResult = z.object({
  results: z.array(
    z.object({
      dimensions: z.array(z.string()),
      metrics: z.array(metricValue),
      comparison: z
        .object({
          dimensions: z.array(z.string()),
          metrics: z.array(metricValue),
          change: z.array(z.number().nullable()),
        })
        .optional(),
    }),
  ),
  meta: z.object({
    /** The zone's labels of every interval, when asked for. */
    time_labels: z.array(z.string()).optional(),
    /** The label of the interval that is not over yet. */
    unfinished: z.string().optional(),
    total_rows: z.number().optional(),
    /** Revenue is of Stripe's test mode. */
    test_revenue: z.boolean().optional(),
    /** Months or days whose rows overlap, and the like: what a reader must know of these numbers. */
    notes: z.array(z.string()).optional(),
  }),
  query: z.object({
    site_id: z.string(),
    metrics: z.array(metric),
    date_range: z.tuple([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true })]),
    dimensions: z.array(dimension),
    filters: z.array(filter),
  }),
})
export type QueryResult = z.infer<typeof queryResult>
