import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, integer } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dropReason } from '../../../schema/event/drop-reason.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ reason: dropReason, count: integer, last_at: instant })

/** What the collector dropped of a site since a day, by reason, most first. */
export async function readDropped(client: ClickHouseClient, siteId: number, from: string) {
  return await readRows(client, { sql: sql(), params: { site_id: siteId, from }, row })
}
