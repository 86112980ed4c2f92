import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { integer } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dayText } from '../../../schema/site/local-day.ts'
import { groupClause, uses } from './clauses.ts'
import type { Days } from './date-range.ts'
import { eventVisitsSql } from './event-visits.ts'
import { eventsSql } from './events.ts'
import { type FactDays, factDays, visitBounds } from './fact-days.ts'
import { measureRow, type Needs, needsOf, orderSql } from './measures.ts'
import { moneySql } from './money.ts'
import type { Plan } from './plan.ts'
import type { ReportBasis } from './report-basis.ts'
import { rolledMoneySql } from './rolled-money.ts'
import { rolledTrafficSql } from './rolled-traffic.ts'
import { rollupOf } from './rollup.ts'
import { type DaySplit, splitMoney, splitTraffic } from './split-days.ts'
import { fillTemplate, withoutColumns } from './template.ts'
import { visitsSql } from './visits.ts'

const sql = sqlBeside(import.meta.url)

const reportRow = measureRow.extend({ dimensions: z.array(z.string()), total_rows: integer })
export type ReportRow = z.infer<typeof reportRow>

export type ReportOptions = {
  days: Days
  /** Only rows with these dimensions, in any order; null for all, in the order and page of the plan. */
  only: string[][] | null
  basis: ReportBasis
}

/** The sources of a report as SQL, and the parameters that they name. */
type Sources = { sql: string[]; params: Record<string, unknown> }

// More than the intervals of any series (plan.ts), which is not paged here but after its gaps are filled.
const allRows = 100_000

/**
 * Runs a question over some days: traffic and money in one query, a row for each combination of dimensions. Closed days
 * come from rollups where one has the answer, everything else from facts; the numbers are the same.
 */
export async function readReport(
  client: ClickHouseClient,
  plan: Plan,
  options: ReportOptions,
): Promise<ReportRow[]> {
  const { days, only, basis } = options
  const whole = only !== null || plan.series !== null
  const sources = sourcesOf(plan, options)
  if (sources.sql.length === 0)
    return plan.dimensions.length > 0 ? [] : [reportRow.parse({ dimensions: [], total_rows: 1 })]
  const params = {
    site_id: plan.site.site_id,
    timezone: plan.timezone,
    currency: plan.site.currency,
    livemode: basis.livemode,
    from: dayText(days.from),
    to: dayText(days.to),
    limit: whole ? allRows : plan.limit,
    offset: whole ? 0 : plan.offset,
    ...sources.params,
    ...(only === null ? {} : { only }),
    ...Object.fromEntries(plan.filters.map(([, , values], index) => [`filter_${index}`, values])),
  }
  const needs = needsOf(plan.metrics)
  const query = fillTemplate(sql(), {
    dimensions: dimensionList(plan),
    measures: needs.sql,
    sources: withoutColumns(sources.sql.join('\nUNION ALL\n'), needs.unused),
    group: groupClause(plan),
    having: only === null ? '' : 'HAVING has({only:Array(Array(String))}, dimensions)',
    order: orderClause(plan),
  })
  return await readRows(client, { sql: query, params, row: reportRow })
}

function sourcesOf(plan: Plan, { days, basis }: ReportOptions): Sources {
  const needs = needsOf(plan.metrics)
  const rollup = rollupOf(plan)
  const asked = rollup && { plan, days, rollup, basis }
  const parts = [
    ...(needs.traffic ? [trafficOf(plan, { needs, days }, asked && splitTraffic(asked))] : []),
    ...(needs.money ? [moneyOf(plan, needs, asked && splitMoney(asked))] : []),
  ]
  return {
    sql: parts.flatMap(({ sql }) => sql),
    params: Object.assign(
      { rolled_dimension: rollup?.dimension ?? '', later_orders: basis.settled?.laterOrders ?? [] },
      ...parts.map(({ params }) => params),
    ),
  }
}

function trafficOf(
  plan: Plan,
  { needs, days }: { needs: Needs; days: Days },
  split: DaySplit | null,
): Sources {
  if (split === null)
    return {
      sql: [factTraffic(plan, needs, factDays.range)],
      params: visitBounds([days.from, days.to]),
    }
  return {
    sql: [
      ...(split.facts.length > 0 ? [factTraffic(plan, needs, factDays.traffic)] : []),
      ...(split.runs.length > 0 ? [rolledTrafficSql(plan)] : []),
    ],
    params: {
      traffic_days: split.facts.map(dayText),
      traffic_runs: split.runs,
      ...(split.facts.length > 0 && visitBounds(split.facts)),
    },
  }
}

function moneyOf(plan: Plan, needs: Needs, split: DaySplit | null): Sources {
  if (split === null) return { sql: [moneySql(plan, needs, factDays.range)], params: {} }
  return {
    sql: [
      ...(split.facts.length > 0 ? [moneySql(plan, needs, factDays.money)] : []),
      ...(split.runs.length > 0 ? [rolledMoneySql(plan)] : []),
    ],
    params: { money_days: split.facts.map(dayText), money_runs: split.runs },
  }
}

function factTraffic(plan: Plan, needs: Needs, days: FactDays): string {
  if (!plan.byEvent) return visitsSql(plan, days)
  return needs.wholeVisits || uses(plan, 'exit') ? eventVisitsSql(plan, days) : eventsSql(plan, days)
}

function dimensionList(plan: Plan): string {
  const dimensions = plan.dimensions.map((_, index) => `toString(d${index})`)
  return dimensions.length === 0 ? "CAST([], 'Array(String)')" : `[${dimensions.join(', ')}]`
}

function orderClause(plan: Plan): string {
  if (plan.dimensions.length === 0 || plan.order.length === 0) return ''
  const terms = plan.order.map(({ by, direction }) => {
    const expression = 'metric' in by ? orderSql[by.metric] : `d${by.dimension}`
    return `${expression} ${direction === 'asc' ? 'ASC' : 'DESC'} NULLS LAST`
  })
  return `ORDER BY ${terms.join(', ')}`
}
