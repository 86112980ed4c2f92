import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date, uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { visitAttributes } from '../../schema/event/visit-attributes.ts'
import { confidence } from '../../schema/payment/claim-state.ts'
import type { Attribution } from '../payments/attribute.ts'
import { claimKey } from './open-claim.ts'

const sql = sqlBeside(import.meta.url)

const row = visitAttributes
  .extend({ visit_day: date, visitor_id: uint64, session_id: uint64, confidence })
  .and(z.object({ site_id: z.number(), stripe_session_id: z.string() }))

/** The visit that first claimed each of these sessions, by `claimKey`. */
export async function readFirstClaims(
  client: ClickHouseClient,
  claims: readonly { site_id: number; stripe_session_id: string }[],
): Promise<Map<string, Attribution>> {
  if (claims.length === 0) return new Map()
  const params = {
    site_ids: [...new Set(claims.map((claim) => claim.site_id))],
    stripe_session_ids: claims.map((claim) => claim.stripe_session_id),
  }
  const rows = await readRows(client, { sql: sql(), params, row })
  return new Map(
    rows.map(({ site_id, stripe_session_id, ...visit }) => [claimKey({ site_id, stripe_session_id }), visit]),
  )
}
