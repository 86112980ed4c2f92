import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { isUnassignedLeft } from './unassigned-left.ts'

const sql = sqlBeside(import.meta.url)

/**
 * Removes the unassigned payments of Stripe accounts whose every site was deleted.
 *
 * @param deletedIds all sites that were ever deleted
 */
export async function deleteUnassigned(client: ClickHouseClient, deletedIds: number[]): Promise<void> {
  if (await isUnassignedLeft(client, deletedIds))
    await client.command({ query: sql(), query_params: { deleted_ids: deletedIds } })
}
