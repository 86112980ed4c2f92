import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, uint64 } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

const connectionRow = z.object({
  method: z.enum(['payment_links', 'api', 'webhook']),
  key_hint: z.string(),
  livemode: z.boolean(),
  connected_at: instant,
  deleted: z.boolean(),
  version: uint64,
  health_state: z.enum(['', 'ok', 'key_rejected', 'permission_missing', 'rate_limited', 'unreachable']),
  health_detail: z.string(),
  health_checked_at: instant,
})

/** How a site is, or last was, connected to Stripe, and how the verifier's last request with its key went. */
export type Connection = z.infer<typeof connectionRow>

/** A site's connection, a removed one too (`deleted`); null when there never was one. The key stays unread. */
export async function readConnection(client: ClickHouseClient, siteId: number): Promise<Connection | null> {
  const params = { site_id: siteId }
  const [row] = await readRows(client, { sql: sql(), params, row: connectionRow })
  return row ?? null
}
