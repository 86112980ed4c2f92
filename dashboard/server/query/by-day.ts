import type { ClickHouseClient } from '@clickhouse/client'
import { dayNumber } from '../../../schema/site/local-day.ts'
import type { Readings } from './answer.ts'
import type { Days } from './date-range.ts'
import { addMeasures } from './measures.ts'
import type { Plan } from './plan.ts'
import { type ReportRow, readReport } from './report.ts'
import type { ReportBasis } from './report-basis.ts'

/** Whether days are enough to answer a question: a series of days, or a total, since every measure adds up over days. */
export function isByDays(plan: Plan): boolean {
  return plan.series === 'day' || (plan.series === null && plan.dimensions.length === 0)
}

/** Reads a question's days, one row each; days without anything have none. */
export async function readByDay(
  reader: ClickHouseClient,
  plan: Plan,
  { days, basis }: { days: Days; basis: ReportBasis },
): Promise<ReportRow[]> {
  const byDay: Plan = { ...plan, dimensions: ['time:day'], series: 'day', order: [] }
  return await readReport(reader, byDay, { days, basis, only: null })
}

/** Makes the rows of a question and of the days before it of the rows of all these days. */
export function splitAt(plan: Plan, rows: ReportRow[]): Readings {
  const { from } = plan.days
  const isBefore = ({ dimensions }: ReportRow) => dayNumber(dimensions[0] ?? '') < from
  const before = rows.filter(isBefore)
  const now = rows.filter((row) => !isBefore(row))
  return plan.series === 'day' ? { rows: now, before } : { rows: [total(now)], before: [total(before)] }
}

function total(rows: ReportRow[]): ReportRow {
  return { ...addMeasures(rows), dimensions: [], total_rows: 1 }
}
