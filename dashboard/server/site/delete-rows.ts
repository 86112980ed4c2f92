import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** Every table with rows of sites, but `sites` itself, whose row stays as the mark of a deleted site. */
export const siteTables = [
  'revenue_connections',
  'events',
  'sessions',
  'payment_claims',
  'claim_states',
  'payments',
  'dropped',
  'connection_health',
  'audit',
  'goals',
  'experiments',
  'exposures',
  'experiment_sums',
  'experiment_buyers',
  'experiment_runs',
] as const

/** Removes every row of these sites; resolves when they are gone from the tables, not only marked. */
export async function deleteSiteRows(client: ClickHouseClient, siteIds: number[]): Promise<void> {
  for (const table of siteTables)
    await client.command({ query: sql(), query_params: { table, site_ids: siteIds } })
}
