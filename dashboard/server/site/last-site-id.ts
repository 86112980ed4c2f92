import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** The largest site id ever given, those of deleted sites included; 0 before the first. */
export async function readLastSiteId(client: ClickHouseClient): Promise<number> {
  const [row] = await readRows(client, { sql: sql(), row: z.object({ site_id: z.number() }) })
  return row?.site_id ?? 0
}
