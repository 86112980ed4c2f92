import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dimensionColumns, filterConditions, groupClause, uses } from './clauses.ts'
import { paymentEventsSql } from './payment-events.ts'
import { paymentVisitsSql } from './payment-visits.ts'
import type { Plan } from './plan.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/** The payments of a question, joined with what their visits did where it asks for that. */
export function paymentsSql(plan: Plan): string {
  const joins = [
    ...(uses(plan, 'event') ? [paymentEventsSql(plan)] : []),
    ...(uses(plan, 'exit') ? [paymentVisitsSql()] : []),
  ]
  return fillTemplate(sql(), {
    dimensions: dimensionColumns(plan, 'payments', ['visit', 'exit', 'event']),
    joins: joins.join('\n'),
    conditions: filterConditions(plan, 'payments', ['visit', 'exit']),
    group: groupClause(plan),
  })
}
