import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { chargesSql } from './charges.ts'
import { dimensionColumns, dimensionKeys, everyPart, filterConditions, uses } from './clauses.ts'
import { paymentColumn } from './columns.ts'
import { concernedPaymentsSql } from './concerned-payments.ts'
import { deductionsSql, deductionTables } from './deductions.ts'
import type { FactDays } from './fact-days.ts'
import type { Needs } from './measures.ts'
import { paymentEventsSql } from './payment-events.ts'
import { paymentVisitsSql } from './payment-visits.ts'
import type { Plan } from './plan.ts'
import { noTraffic } from './source-columns.ts'
import { fillTemplate } from './template.ts'

const sql = sqlBeside(import.meta.url)

/** The money of a question, joined with what the visits did where it asks for that. */
export function moneySql(plan: Plan, needs: Needs, days: FactDays): string {
  const columns = visitColumns(plan)
  const concerned = concernedPaymentsSql(days, needs.deductions)
  const movements = [
    chargesSql({ days, columns, payingVisits: needs.payingVisits }),
    ...(needs.deductions ? deductionTables.map((table) => deductionsSql(table, { days, columns })) : []),
  ]
  const joins = [
    ...(uses(plan, 'event') ? [paymentEventsSql(plan, concerned)] : []),
    ...(uses(plan, 'exit') ? [paymentVisitsSql(concerned)] : []),
  ]
  return fillTemplate(sql(), {
    dimensions: dimensionColumns(plan, 'payments', everyPart),
    no_traffic: noTraffic,
    movements: movements.join('  UNION ALL\n'),
    joins: joins.join('\n'),
    conditions: filterConditions(plan, 'payments', ['visit', 'exit']),
    keys: dimensionKeys(plan, everyPart),
  })
}

/** The columns of `payments` that the dimensions and filters of a question read. */
function visitColumns(plan: Plan): string[] {
  const dimensions = [...plan.dimensions, ...plan.filters.map(([, dimension]) => dimension)]
  return [...new Set(dimensions.map(paymentColumn).filter((column) => column !== null))]
}
