import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date } from '../../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../../schema/clickhouse/read-rows.ts'
import { type Scope, scopeParams } from './scope.ts'

const sql = sqlBeside(import.meta.url)

const flag = z.number().transform((cell) => cell === 1)
const row = z.object({
  day: date,
  fingerprint: z.string(),
  quiet: flag,
  settled: flag,
  horizon: z.string(),
  run_id: z.string(),
})
/** A day with facts that came of late; `horizon` and `run_id` are of the engine's clock at that moment. */
export type ChangedDay = z.infer<typeof row>

/**
 * Days of a test with events, payments, refunds or disputes that were inserted since a moment of the engine's clock.
 *
 * @param since as `YYYY-MM-DD hh:mm:ss.mmm`
 */
export async function readChangedDays(
  client: ClickHouseClient,
  scope: Scope,
  since: string,
): Promise<ChangedDay[]> {
  const params = { ...scopeParams(scope, []), since }
  return await readRows(client, { sql: sql(), params, row })
}
