import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date, integer } from '../../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../../schema/clickhouse/read-rows.ts'
import { fillTemplate } from '../../query/template.ts'
import { type Scope, scopeParams } from './scope.ts'
import { unitSumsSql } from './unit-sums.ts'

const sql = sqlBeside(import.meta.url)

/** What rows are of: a day of exposure each, or values of a dimension without days. */
export type Grouping = 'days' | 'values'
export const dimensions = ['device', 'source', 'country'] as const

const row = z
  .object({
    goal: z.string(),
    exposed_on: date,
    dimension: z.enum(['', ...dimensions]),
    value: z.string(),
    variant: z.string(),
    visitors: integer,
    several_variants: integer,
    converters: integer,
  })
  .transform(({ exposed_on, ...rest }) => ({ ...rest, day: exposed_on }))
export type VisitorSums = z.infer<typeof row>

/** Visitors and converters by goal key ('' of visitors alone); `moving` days are added up from the facts. */
export async function readVisitorSums(
  client: ClickHouseClient,
  scope: Scope,
  { moving, grouping }: { moving: readonly string[]; grouping: Grouping },
): Promise<VisitorSums[]> {
  const params = { ...scopeParams(scope, moving), dimensions: grouping === 'days' ? [''] : dimensions }
  const live = moving.length === 0 ? '' : `UNION ALL\n${unitSumsSql(scope.matchers)}`
  return await readRows(client, { sql: fillTemplate(sql(), { live }), params, row })
}
