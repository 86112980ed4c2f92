import type { Dimension, Metric, QueryResult } from '../../../contract/query.ts'
import type { Money } from '../../../contract/revenue.ts'
import { dimensionLabel, unattributed } from './dimension-name.ts'
import { moneyOf, numberOf } from './metric-shape.ts'

/** What a panel shows of each value. */
export const panelMetrics = ['visitors', 'revenue', 'payment_conversion_rate'] as const satisfies Metric[]

/** A row of a panel. `people` and `money` are the lengths of its bars, from 0 to 1, relative to the panel's largest. */
export type BreakdownRow = {
  value: string
  label: string
  unattributed: boolean
  visitors: number
  revenue: Money | null
  paid: number | null
  people: number
  money: number
}

/**
 * The rows of a breakdown asked with `panelMetrics`: the first `limit`, and the unattributed one wherever it stands, so
 * that revenue nobody earned is never hidden below the fold.
 * @param lost the answer that holds the unattributed row alone, for when it is beyond the rows of `result`
 */
export function breakdownRows(
  result: QueryResult,
  { dimension, limit, lost }: { dimension: Dimension; limit: number; lost: QueryResult | null },
): BreakdownRow[] {
  const rows = result.results.map((row) => readRow(row, dimension))
  const here = rows.filter((row) => row.unattributed)
  const elsewhere = (lost?.results ?? []).map((row) => readRow(row, dimension)).filter(earnedUnseen)
  const pinned = here.length > 0 ? here : elsewhere
  const found = rows.filter((row) => !row.unattributed)
  const shown = [...found.slice(0, limit - pinned.length), ...pinned]
  const mostPeople = Math.max(1, ...shown.map(({ visitors }) => visitors))
  const mostMoney = Math.max(0, ...shown.map(({ revenue }) => revenue?.value ?? 0))
  return shown.map((row) => ({
    ...row,
    people: row.visitors / mostPeople,
    money: mostMoney > 0 ? Math.max(0, row.revenue?.value ?? 0) / mostMoney : 0,
  }))
}

function readRow({ dimensions, metrics }: QueryResult['results'][number], dimension: Dimension) {
  const value = dimensions[0] ?? ''
  return {
    value,
    label: dimensionLabel(dimension, value),
    unattributed: value === unattributed,
    visitors: numberOf(metrics[0]) ?? 0,
    revenue: moneyOf(metrics[1]),
    paid: numberOf(metrics[2]),
  }
}

function earnedUnseen(row: ReturnType<typeof readRow>): boolean {
  return row.unattributed && ((row.revenue?.value ?? 0) !== 0 || (row.revenue?.others ?? []).length > 0)
}
