import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { integer } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ site_id: z.number(), deleted_at: integer })

/** The sites that were deleted, and when, in milliseconds. Their ids stay, so that none is given twice. */
export async function readDeletedSites(client: ClickHouseClient): Promise<z.infer<typeof row>[]> {
  return await readRows(client, { sql: sql(), row })
}
