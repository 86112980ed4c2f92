import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** The ids of sites that were deleted. They stay, so that no id is given twice. */
export async function readDeletedSites(client: ClickHouseClient): Promise<number[]> {
  const rows = await readRows(client, { sql: sql(), row: z.object({ site_id: z.number() }) })
  return rows.map((row) => row.site_id)
}
