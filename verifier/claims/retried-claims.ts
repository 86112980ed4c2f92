import type { ClickHouseClient } from '@clickhouse/client'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { type OpenClaim, openClaim } from './open-claim.ts'

const sql = sqlBeside(import.meta.url)

/** Claims of these sites that their owners want looked up again, whatever their state. */
export async function readRetriedClaims(
  client: ClickHouseClient,
  params: { site_ids: number[]; limit: number },
): Promise<OpenClaim[]> {
  if (params.site_ids.length === 0) return []
  return await readRows(client, { sql: sql(), params, row: openClaim })
}
