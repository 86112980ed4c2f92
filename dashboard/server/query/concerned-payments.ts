import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { deductedPaymentsSql } from './deducted-payments.ts'
import { deductionTables } from './deductions.ts'
import type { FactDays } from './fact-days.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/**
 * FROM and WHERE of the payments of known visits that some days have to do with: charged then, or, where deductions are
 * asked for, refunded or disputed then. It narrows down which visits are looked at, so any version of a payment will do;
 * FINAL would double the time.
 */
export function concernedPaymentsSql(days: FactDays, deductions: boolean): string {
  const deducted = deductions ? deductionTables.map(({ table }) => deductedPaymentsSql(table, days)) : []
  return fillTemplate(sql(), { days, deducted: deducted.join('') }).trim()
}
