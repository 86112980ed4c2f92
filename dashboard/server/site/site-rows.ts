import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** Whether a table holds a row of these sites. It reads a granule; a mutation would rewrite parts or at least wait. */
export async function hasSiteRows(
  client: ClickHouseClient,
  table: string,
  siteIds: number[],
): Promise<boolean> {
  const params = { table, site_ids: siteIds }
  const rows = await readRows(client, { sql: sql(), params, row: z.object({ site_id: z.number() }) })
  return rows.length > 0
}
