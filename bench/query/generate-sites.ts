import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** Makes so many sites, `site-1.example` and on. The first two are in Berlin, the others in UTC. */
export async function generateSites(client: ClickHouseClient, sites: number): Promise<void> {
  await client.command({ query: sql(), query_params: { sites } })
}
