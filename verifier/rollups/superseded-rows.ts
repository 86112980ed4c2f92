import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { integer } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { type RollupKind, rollupTables } from './site-day.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ all_rows: integer, superseded: integer })

/** How many rows a rollup's table has, and how many of them no longer count, or never did. */
export async function countSuperseded(
  client: ClickHouseClient,
  kind: RollupKind,
): Promise<z.infer<typeof row>> {
  const params = { kind, table: rollupTables[kind] }
  const [counts] = await readRows(client, { sql: sql(), params, row })
  return counts ?? { all_rows: 0, superseded: 0 }
}
