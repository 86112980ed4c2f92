import type { ClickHouseClient } from '@clickhouse/client'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { type OpenClaim, openClaim } from './open-claim.ts'

const sql = sqlBeside(import.meta.url)

/** The claims of these sessions on these sites that are not decided for good: news of the session may change them. */
export async function readOpenClaimsOf(
  client: ClickHouseClient,
  query: { site_ids: readonly number[]; stripe_session_ids: readonly string[] },
): Promise<OpenClaim[]> {
  if (query.stripe_session_ids.length === 0) return []
  const params = { site_ids: query.site_ids, stripe_session_ids: query.stripe_session_ids }
  return await readRows(client, { sql: sql(), params, row: openClaim })
}
