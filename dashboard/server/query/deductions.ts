import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import type { FactDays } from './fact-days.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/** What takes money back, each in a table of its own: when it happened, and as which amount it counts. */
export const deductionTables = [
  {
    table: 'refunds',
    moved_at: 'refunded_at',
    refunded: 'r.counted',
    lost: 'toInt64(0)',
  },
  {
    table: 'disputes',
    moved_at: 'disputed_at',
    refunded: 'toInt64(0)',
    lost: 'r.counted',
  },
] as const

type Deductions = (typeof deductionTables)[number]

/** The refunds or disputes of some days, under the visit that earned the payment, as charges.sql has charges. */
export function deductionsSql(
  { table, moved_at, refunded, lost }: Deductions,
  { days, columns }: { days: FactDays; columns: readonly string[] },
): string {
  return fillTemplate(sql(), {
    attributes: columns.map((column) => `p.${column} AS ${column}, `).join(''),
    columns: columns.map((column) => `${column}, `).join(''),
    table,
    moved_at,
    refunded,
    lost,
    days,
  })
}
