import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date, instant, uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { visitAttributes } from '../../schema/event/visit-attributes.ts'
import { confidence } from '../../schema/payment/claim-state.ts'

const sql = sqlBeside(import.meta.url)

const row = visitAttributes.extend({
  site_id: z.number().int(),
  stripe_session_id: z.string(),
  claimed_at: instant,
  visit_day: date,
  visitor_id: uint64,
  session_id: uint64,
  confidence,
})

/** The first claim of a Checkout Session on a site, with the visit that made it. */
export type FirstClaim = z.infer<typeof row>

/** The first claim of each of these sessions on each of these sites. */
export async function readFirstClaims(
  client: ClickHouseClient,
  query: { site_ids: readonly number[]; stripe_session_ids: readonly string[] },
): Promise<FirstClaim[]> {
  if (query.stripe_session_ids.length === 0) return []
  const params = { site_ids: query.site_ids, stripe_session_ids: query.stripe_session_ids }
  return await readRows(client, { sql: sql(), params, row })
}
