import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date, integer } from '../../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../../schema/clickhouse/read-rows.ts'
import { FEWEST_BUYERS_TO_CAP } from '../../../statistics/methods/outlier-cap.ts'
import { fillTemplate } from '../../query/template.ts'
import { buyersSql } from './buyers.ts'
import { dimensions, type Grouping } from './kept-sums.ts'
import { type Scope, scopeParams } from './scope.ts'

const sql = sqlBeside(import.meta.url)

const row = z
  .object({
    day: date,
    dimension: z.enum(['', ...dimensions]),
    value: z.string(),
    variant: z.string(),
    /** Null when nothing is capped: JSON has no infinity. */
    applied_cap: z.number().nullable(),
    buyers: integer,
    refunded: integer,
    order_count: integer,
    orders_squares: integer,
    revenue: z.number(),
    revenue_squares: z.number(),
    revenue_uncapped: z.number(),
    revenue_uncapped_squares: z.number(),
    revenue_orders: z.number(),
    largest: integer,
    capped_visitors: integer,
    above_amounts: z.array(integer),
  })
  .transform(({ order_count, largest, ...rest }) => ({
    ...rest,
    orders: order_count,
    largest_order: largest,
  }))
/** What visitors paid, in minor units; `above_amounts` are those with an order of at least each of the scope's. */
export type PaidSums = z.infer<typeof row>

const slots = {
  days: {
    labels: "toString(day) AS day, '' AS dimension, '' AS value,",
    group: 'GROUP BY day, b.variant',
  },
  values: {
    labels: `'1970-01-01' AS day,
  multiIf(grouping(device) = 0, 'device', grouping(source) = 0, 'source', 'country') AS dimension,
  multiIf(dimension = 'device', toString(device), dimension = 'source', toString(source), toString(country)) AS value,`,
    group: 'GROUP BY GROUPING SETS ((b.variant, device), (b.variant, source), (b.variant, country))',
  },
} as const satisfies Record<Grouping, object>

// A percentile of 1 stands for no cap.
const noCap = 1

/** What a test's visitors paid; `moving` days are added up from the facts. */
export async function readPaidSums(
  client: ClickHouseClient,
  scope: Scope,
  { moving, grouping }: { moving: readonly string[]; grouping: Grouping },
): Promise<PaidSums[]> {
  const params = {
    ...scopeParams(scope, moving),
    amounts: scope.amounts,
    percentile: scope.percentile ?? noCap,
    fewest_buyers: FEWEST_BUYERS_TO_CAP,
  }
  const columns = 'day, variant, device, source, country, orders, deducted, total, largest_order'
  const live = moving.length === 0 ? '' : `UNION ALL\n    SELECT ${columns} FROM (${buyersSql()})`
  return await readRows(client, { sql: fillTemplate(sql(), { ...slots[grouping], live }), params, row })
}
