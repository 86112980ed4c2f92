import type { ClickHouseClient } from '@clickhouse/client'
import { instantCell } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { type OpenClaim, openClaim } from './open-claim.ts'

const sql = sqlBeside(import.meta.url)

/** `live_site_ids` are those of the sites with a working key whose key is live; `now` is ms, `limit` for each site. */
export type DueClaimsQuery = {
  /** Sites whose key works. */
  site_ids: number[]
  live_site_ids: number[]
  /** Sites whose key is refused. */
  refused_site_ids: number[]
  now: number
  limit: number
}

/** Claims that are to be asked about now, the longest due first. */
export async function readDueClaims(client: ClickHouseClient, query: DueClaimsQuery): Promise<OpenClaim[]> {
  if (query.site_ids.length + query.refused_site_ids.length === 0) return []
  const params = { ...query, now: instantCell(query.now) }
  return await readRows(client, { sql: sql(), params, row: openClaim })
}
