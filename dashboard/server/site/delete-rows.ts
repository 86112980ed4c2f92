import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { hasSiteRows } from './site-rows.ts'
import { readSiteTables } from './site-tables.ts'

const sql = sqlBeside(import.meta.url)

/**
 * Removes every row of these sites, where there are any; resolves when they are gone from the tables, not only marked.
 * A payment that several sites may claim names them all and goes with the last of them (`delete-unassigned.ts`).
 */
export async function deleteSiteRows(client: ClickHouseClient, siteIds: number[]): Promise<void> {
  for (const table of await readSiteTables(client))
    if (await hasSiteRows(client, table, siteIds))
      await client.command({ query: sql(), query_params: { table, site_ids: siteIds } })
}
