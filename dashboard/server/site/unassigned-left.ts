import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** Whether a payment is listed as unassigned that no site can claim any more, since all of them were deleted. */
export async function isUnassignedLeft(client: ClickHouseClient, deletedIds: number[]): Promise<boolean> {
  const params = { deleted_ids: deletedIds }
  const rows = await readRows(client, { sql: sql(), params, row: z.object({ found: z.number() }) })
  return rows.length > 0
}
