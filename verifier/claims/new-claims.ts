import type { ClickHouseClient } from '@clickhouse/client'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { type OpenClaim, openClaim } from './open-claim.ts'

const sql = sqlBeside(import.meta.url)

/** Sites to look at, how far back claims were stored (seconds by the engine's clock), and how many of each site. */
export type NewClaimsQuery = { site_ids: number[]; window_s: number; limit: number }

/** A window that holds every claim there is. */
export const wholeTable = 20 * 365 * 86_400

/** Claimed sessions that nothing is written about yet, the oldest first. */
export async function readNewClaims(client: ClickHouseClient, params: NewClaimsQuery): Promise<OpenClaim[]> {
  if (params.site_ids.length === 0) return []
  return await readRows(client, { sql: sql(), params, row: openClaim })
}
