import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import type { ConcernedPayments } from './concerned-payments.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/** Joins each payment with the visit that earned it, for what is not copied onto the payment. */
export function paymentVisitsSql({ anyVersion }: ConcernedPayments): string {
  return fillTemplate(sql(), { any_version: anyVersion })
}
