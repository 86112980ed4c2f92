import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dimensionColumns, filterConditions, groupClause } from './clauses.ts'
import type { FactDays } from './fact-days.ts'
import type { Plan } from './plan.ts'
import { noMoney } from './source-columns.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)
const parts = ['visit', 'exit'] as const

/** The traffic of a question that looks at visits only. */
export function visitsSql(plan: Plan, days: FactDays): string {
  return fillTemplate(sql(), {
    dimensions: dimensionColumns(plan, 'visits', parts),
    no_money: noMoney,
    days,
    conditions: filterConditions(plan, 'visits', parts),
    group: groupClause(plan),
  })
}
