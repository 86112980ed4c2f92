import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dimensionColumns, everyPart, filterConditions, groupClause } from './clauses.ts'
import type { Plan } from './plan.ts'
import { noMoney } from './source-columns.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/** The traffic of a question over days that are rolled up. */
export function rolledTrafficSql(plan: Plan): string {
  return fillTemplate(sql(), {
    dimensions: dimensionColumns(plan, 'rolled', everyPart),
    no_money: noMoney,
    conditions: filterConditions(plan, 'rolled', everyPart),
    group: groupClause(plan),
  })
}
