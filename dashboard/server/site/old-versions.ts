import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

type Latest = { table: 'sites' | 'revenue_connections'; siteId: number; version: bigint }

/** Removes what a site's row said before its latest version: a replaced key must not wait for a merge to leave. */
export async function deleteOldVersions(
  client: ClickHouseClient,
  { table, siteId, version }: Latest,
): Promise<void> {
  const params = { table, site_id: siteId, version: version.toString() }
  await client.command({ query: sql(), query_params: params })
}
