import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** Whether a payment is the first order of its visit, as a condition on `payment_id`. */
export function firstOrderSql(): string {
  return sql().trim()
}
