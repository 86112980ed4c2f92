import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { deductedPaymentsSql } from './deducted-payments.ts'
import { deductionTables } from './deductions.ts'
import type { FactDays } from './fact-days.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/** FROM and WHERE of some payments. `anyVersion` may find more, and costs half: it serves to narrow down. */
export type ConcernedPayments = { final: string; anyVersion: string }

/**
 * The payments of known visits that some days have to do with: charged then, or, where deductions are asked for, refunded
 * or disputed then.
 */
export function concernedPayments(days: FactDays, deductions: boolean): ConcernedPayments {
  const deducted = deductions ? deductionTables.map(({ table }) => deductedPaymentsSql(table, days)) : []
  const fill = (final: 'FINAL' | '') =>
    fillTemplate(sql(), { final, days, deducted: deducted.join('') }).trim()
  return { final: fill('FINAL'), anyVersion: fill('') }
}
