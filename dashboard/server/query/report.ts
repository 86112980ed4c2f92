import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { integer } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dayText } from '../../../schema/site/local-day.ts'
import { groupClause } from './clauses.ts'
import type { Days } from './date-range.ts'
import { eventVisitsSql } from './event-visits.ts'
import { eventsSql } from './events.ts'
import { measureRow, measuresFor, orderSql } from './measures.ts'
import { paymentsSql } from './payments.ts'
import type { Plan } from './plan.ts'
import { fillTemplate } from './template.ts'
import { visitsSql } from './visits.ts'

const sql = sqlBeside(import.meta.url)

const reportRow = measureRow.extend({ dimensions: z.array(z.string()), total_rows: integer })
export type ReportRow = z.infer<typeof reportRow>

export type ReportOptions = {
  days: Days
  livemode: boolean
  /** Only rows with these dimensions, in any order; null for all, in the order and page of the plan. */
  only: string[][] | null
}

// More than the intervals of any series (plan.ts), which is not paged here but after its gaps are filled.
const allRows = 100_000

/** Runs a question over some days: traffic and payments in one query, a row for each combination of dimensions. */
export async function readReport(
  client: ClickHouseClient,
  plan: Plan,
  options: ReportOptions,
): Promise<ReportRow[]> {
  const { days, livemode, only } = options
  const whole = only !== null || plan.series !== null
  const params = {
    site_id: plan.site.site_id,
    timezone: plan.timezone,
    currency: plan.site.currency,
    livemode,
    from: dayText(days.from),
    to: dayText(days.to),
    limit: whole ? allRows : plan.limit,
    offset: whole ? 0 : plan.offset,
    ...(only === null ? {} : { only }),
    ...Object.fromEntries(plan.filters.map(([, , values], index) => [`filter_${index}`, values])),
  }
  return await readRows(client, { sql: reportSql(plan, only !== null), params, row: reportRow })
}

function reportSql(plan: Plan, restricted: boolean): string {
  const measures = measuresFor(plan.metrics)
  const traffic = plan.byEvent ? eventTraffic(plan, measures.wholeVisits) : visitsSql
  const sources = [
    ...(measures.fromTraffic ? [traffic(plan)] : []),
    ...(measures.fromPayments ? [paymentsSql(plan)] : []),
  ]
  const dimensions = plan.dimensions.map((_, index) => `toString(d${index})`)
  return fillTemplate(sql(), {
    dimensions: dimensions.length === 0 ? "CAST([], 'Array(String)')" : `[${dimensions.join(', ')}]`,
    measures: measures.sql,
    sources: sources.join('\nUNION ALL\n'),
    group: groupClause(plan),
    having: restricted ? 'HAVING has({only:Array(Array(String))}, dimensions)' : '',
    order: orderClause(plan),
  })
}

function eventTraffic(plan: Plan, wholeVisits: boolean): (plan: Plan) => string {
  const asksExit =
    plan.dimensions.includes('visit:exit_page') ||
    plan.filters.some(([, dimension]) => dimension === 'visit:exit_page')
  return wholeVisits || asksExit ? eventVisitsSql : eventsSql
}

function orderClause(plan: Plan): string {
  if (plan.dimensions.length === 0) return ''
  const terms = plan.order.map(({ by, direction }) => {
    const expression = 'metric' in by ? orderSql[by.metric] : `d${by.dimension}`
    return `${expression} ${direction === 'asc' ? 'ASC' : 'DESC'} NULLS LAST`
  })
  return `ORDER BY ${terms.join(', ')}`
}
