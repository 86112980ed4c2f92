import type { Filter, QueryBody } from '../../dashboard/contract/query.ts'

/** A request of the overview: a question to the query API, or another address. */
export type PageRequest = { name: string; body: QueryBody } | { name: string; path: string }

const panel = ['visitors', 'revenue', 'payment_conversion_rate'] satisfies QueryBody['metrics']
const totals = [
  'visitors',
  'revenue',
  'orders',
  'payment_conversion_rate',
  'revenue_per_visitor',
  'bounce_rate',
  'visit_duration',
] satisfies QueryBody['metrics']

/** What the dashboard's overview of a site asks when it opens with its first tabs: 30 days, and the 30 before. */
export function pageOf(domain: string): PageRequest[] {
  const shared = { site_id: domain, date_range: '30d' } as const
  const compared = { include: { comparisons: { mode: 'previous_period' } } } as const
  const dimensions = ['visit:source', 'event:page', 'visit:country', 'visit:browser'] as const
  const panels = dimensions.map((dimension): PageRequest => {
    const pagination = { limit: 9, offset: 0 }
    const include = { total_rows: true }
    const order: QueryBody['order_by'] = [['visitors', 'desc']]
    const body = { ...shared, metrics: panel, dimensions: [dimension], order_by: order, pagination, include }
    return { name: `panel ${dimension}`, body }
  })
  const lost: Filter = ['is', 'visit:source', ['(unattributed)']]
  return [
    { name: 'totals, compared', body: { ...shared, ...compared, metrics: totals } },
    { name: 'series, compared', body: { ...shared, ...compared, metrics: totals, dimensions: ['time'] } },
    ...panels,
    {
      name: 'unattributed',
      body: { ...shared, metrics: panel, dimensions: ['visit:source'], filters: [lost] },
    },
    { name: 'latest payments', path: `/api/sites/${domain}/payments?limit=8` },
  ]
}
