import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** Every table with rows of sites, asked of the database, so that a new table cannot be forgotten. Without `sites`. */
export async function readSiteTables(client: ClickHouseClient): Promise<string[]> {
  const rows = await readRows(client, { sql: sql(), row: z.object({ table: z.string() }) })
  return rows.map((row) => row.table)
}
