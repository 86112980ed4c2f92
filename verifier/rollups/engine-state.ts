import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, integer, uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({
  engine_now: instant,
  memory_bytes: integer,
  last_run_id: uint64,
  last_look_version: uint64,
})

/**
 * What a round starts from: the engine's clock (ms), what a statement may use of memory (0: no limit), and the numbers that
 * the round's own must be above.
 */
export async function readEngineState(client: ClickHouseClient): Promise<z.infer<typeof row>> {
  const [state] = await readRows(client, { sql: sql(), row })
  if (!state) throw new Error('the engine did not say what time it has')
  return state
}
