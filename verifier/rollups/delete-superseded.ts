import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { type RollupKind, rollupTables } from './site-day.ts'

const sql = sqlBeside(import.meta.url)

/** Removes rows that no longer count. Call it from the one process that writes them, between its runs. */
export async function deleteSuperseded(client: ClickHouseClient, kind: RollupKind): Promise<void> {
  await client.command({ query: sql(), query_params: { kind, table: rollupTables[kind] } })
}
