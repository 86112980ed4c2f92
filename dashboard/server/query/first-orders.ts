import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import type { FactDays } from './fact-days.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/** Whether a payment of some days is the first order of its visit, as a condition on `payment_id`. */
export function firstOrderSql(days: FactDays): string {
  return fillTemplate(sql(), { days }).trim()
}
