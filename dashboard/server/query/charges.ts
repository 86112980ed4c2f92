import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { type FactDays, factDays } from './fact-days.ts'
import { firstOrderSql } from './first-orders.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

type Charges = { days: FactDays; columns: readonly string[]; payingVisits: boolean }

/** The payments charged on some days, with the columns of their visits that a question uses. */
export function chargesSql({ days, columns, payingVisits }: Charges): string {
  return fillTemplate(sql(), {
    attributes: columns.map((column) => `${column}, `).join(''),
    paying: payingVisits ? `amount > 0 AND session_id != 0 AND ${isFirst(days)}` : '0',
    days,
  })
}

// For the days that rollups lack, the few orders that are not the first are known beforehand (report-basis.ts): looking
// for them takes 15 ms, seven times for the panels of one page.
function isFirst(days: FactDays): string {
  return days === factDays.money ? 'NOT has({later_orders:Array(String)}, payment_id)' : firstOrderSql(days)
}
