import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, instantCell } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)
const lookRow = z.object({ looked_at: instant, as_of: instant })

/**
 * Up to when closed days are known to be computed, in ms: `looked_at` by the engine's clock, as facts have it in
 * inserted_at; `as_of` by ours, which says what days were over.
 */
export type RollupLook = z.infer<typeof lookRow>

/** The last round that computed all that it found, or null before the first. */
export async function readLook(client: ClickHouseClient): Promise<RollupLook | null> {
  const [row] = await readRows(client, { sql: sql(), row: lookRow })
  return row ?? null
}

export async function writeLook(client: ClickHouseClient, look: RollupLook, version: bigint): Promise<void> {
  const values = [
    {
      kind: 'revenue',
      looked_at: instantCell(look.looked_at),
      as_of: instantCell(look.as_of),
      version: String(version),
    },
  ]
  await client.insert({ table: 'rollup_looks', values, format: 'JSONEachRow' })
}
