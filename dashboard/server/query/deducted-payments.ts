import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import type { FactDays } from './fact-days.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/** Widens a condition to the payments that a refund or dispute of some days is about. */
export function deductedPaymentsSql(table: 'refunds' | 'disputes', days: FactDays): string {
  return fillTemplate(sql(), { table, days }).trimEnd()
}
