import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dimensionColumns, dimensionKeys, filterConditions, groupClause } from './clauses.ts'
import type { FactDays } from './fact-days.ts'
import type { Plan } from './plan.ts'
import { noMoney } from './source-columns.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)
const parts = ['visit', 'event'] as const

/** The traffic of a question about events that also asks what their visits were as a whole. */
export function eventVisitsSql(plan: Plan, days: FactDays): string {
  const outer = plan.dimensions.map((dimension, index) =>
    dimension === 'visit:exit_page' ? `v.exit_page AS d${index}, ` : `m.d${index} AS d${index}, `,
  )
  return fillTemplate(sql(), {
    outer_dimensions: outer.join(''),
    dimensions: dimensionColumns(plan, 'events', parts),
    keys: dimensionKeys(plan, parts),
    no_money: noMoney,
    days,
    conditions: filterConditions(plan, 'events', parts),
    visit_conditions: filterConditions(plan, 'events', ['exit']),
    group: groupClause(plan),
  })
}
