import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ looked_at: instant, as_of: instant })

/**
 * When the verifier last had computed the money of every day that was over: facts inserted before `looked_at` (ms, the
 * engine's clock) were seen; `as_of` (ms, the verifier's clock) says which days were over. Null when it never had.
 */
export async function readLastLook(client: ClickHouseClient): Promise<z.infer<typeof row> | null> {
  const [look] = await readRows(client, { sql: sql(), row })
  return look ?? null
}
