import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/**
 * Joins each payment with the visit that earned it, for what is not copied onto the payment.
 *
 * @param concerned FROM and WHERE of the payments
 */
export function paymentVisitsSql(concerned: string): string {
  return fillTemplate(sql(), { concerned })
}
