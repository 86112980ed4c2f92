import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dimensionColumns, dimensionKeys, everyPart, filterConditions, uses } from './clauses.ts'
import { unattributed } from './columns.ts'
import type { Plan } from './plan.ts'
import { noTraffic } from './source-columns.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/** The money of a question over days that are rolled up. */
export function rolledMoneySql(plan: Plan): string {
  // A filter on events keeps the payments whose visit has an event that fits, which those of no known visit never do.
  const known = plan.filters.length > 0 && uses(plan, 'event') ? ` AND value != '${unattributed}'` : ''
  return fillTemplate(sql(), {
    dimensions: dimensionColumns(plan, 'rolled', everyPart),
    no_traffic: noTraffic,
    conditions: filterConditions(plan, 'rolled', everyPart) + known,
    keys: dimensionKeys(plan, everyPart),
  })
}
