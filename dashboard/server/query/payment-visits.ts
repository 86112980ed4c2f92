import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** Joins each payment with the visit that earned it, for what is not copied onto the payment. */
export function paymentVisitsSql(): string {
  return sql()
}
