import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import type { FactDays } from './fact-days.ts'
import { firstOrderSql } from './first-orders.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

type Charges = { days: FactDays; columns: readonly string[]; payingVisits: boolean }

/** The payments charged on some days, with the columns of their visits that a question uses. */
export function chargesSql({ days, columns, payingVisits }: Charges): string {
  return fillTemplate(sql(), {
    attributes: columns.map((column) => `${column}, `).join(''),
    paying: payingVisits ? firstOrderSql() : '0',
    days,
  })
}
