import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { filterConditions } from './clauses.ts'
import { columnOf, needsEvents } from './columns.ts'
import type { ConcernedPayments } from './concerned-payments.ts'
import type { Plan } from './plan.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/**
 * Joins each payment with the events of its visit that came before the charge. A filter on events leaves out the
 * payments without one; a mere dimension keeps them, as unattributed.
 */
export function paymentEventsSql(plan: Plan, concerned: ConcernedPayments): string {
  const columns = plan.dimensions.filter(needsEvents).map((dimension) => `e.${columnOf(dimension, 'events')}`)
  const filtered = plan.filters.some(([, dimension]) => needsEvents(dimension))
  return fillTemplate(sql(), {
    kind: filtered ? 'INNER' : 'LEFT',
    concerned: concerned.final,
    any_version: concerned.anyVersion,
    columns: columns.map((column) => `${column} AS ${column.slice(2)}, `).join(''),
    keys: columns.map((column) => `${column}, `).join(''),
    conditions: filterConditions(plan, 'events', ['event']),
  })
}
