import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../../schema/clickhouse/read-rows.ts'
import { type Scope, scopeParams, sumKeys } from './scope.ts'

const sql = sqlBeside(import.meta.url)

const row = z.object({
  goal: z.string(),
  run_id: z.string(),
  summed_through: z.string(),
  later: z.record(z.string(), z.string()),
})

/** Up to when sums are kept, and the fingerprints of later facts that they hold too, by day. */
export type Run = { summed_through: string; later: Record<string, string> }

const never: Run = { summed_through: '1970-01-01 00:00:00.000', later: {} }

/** The last run that kept the sums of everything in scope; one before all time when some were never kept. */
export async function readRun(client: ClickHouseClient, scope: Scope): Promise<Run> {
  const keys = sumKeys(scope)
  const params = { ...scopeParams(scope, []), goal_keys: keys }
  const rows = await readRows(client, { sql: sql(), params, row })
  const [first] = rows
  const whole = rows.length === keys.length && rows.every(({ run_id }) => run_id === first?.run_id)
  return whole && first !== undefined ? first : never
}
