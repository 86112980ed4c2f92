import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dimensionColumns, filterConditions, groupClause } from './clauses.ts'
import type { FactDays } from './fact-days.ts'
import type { Plan } from './plan.ts'
import { noMoney } from './source-columns.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)
const parts = ['visit', 'event'] as const

/** The traffic of a question about events, when nothing of it needs the visit as a whole. */
export function eventsSql(plan: Plan, days: FactDays): string {
  return fillTemplate(sql(), {
    dimensions: dimensionColumns(plan, 'events', parts),
    no_money: noMoney,
    days,
    conditions: filterConditions(plan, 'events', parts),
    group: groupClause(plan),
  })
}
