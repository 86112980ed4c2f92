import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

const row = z.object({
  event_id: z.string(),
  site_id: z.number().int(),
  type: z.string(),
  object_id: z.string(),
})

/** An event that Stripe pushed for a site. */
export type PushedEvent = z.infer<typeof row>

/** Sites to look at, how far back events were stored (seconds by the engine's clock), and how many of each site. */
export type InboxQuery = { site_ids: number[]; window_s: number; limit: number }

/** Pushed events that were not handled, by webhook or poll. */
export async function readInbox(client: ClickHouseClient, params: InboxQuery): Promise<PushedEvent[]> {
  if (params.site_ids.length === 0) return []
  return await readRows(client, { sql: sql(), params, row })
}
