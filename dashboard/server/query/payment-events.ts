import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { filterConditions } from './clauses.ts'
import { columnOf, needsEvents } from './columns.ts'
import type { Plan } from './plan.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/**
 * Joins each payment with the events of its visit that came before the charge. A filter on events leaves out the
 * payments without one; a mere dimension keeps them, as unattributed.
 *
 * @param concerned FROM and WHERE of the payments
 */
export function paymentEventsSql(plan: Plan, concerned: string): string {
  const columns = plan.dimensions
    .filter(needsEvents)
    .map((dimension) => `${columnOf(dimension, 'events')}, `)
    .join('')
  const filtered = plan.filters.some(([, dimension]) => needsEvents(dimension))
  return fillTemplate(sql(), {
    kind: filtered ? 'INNER' : 'LEFT',
    concerned,
    columns,
    keys: columns,
    conditions: filterConditions(plan, 'events', ['event']),
  })
}
