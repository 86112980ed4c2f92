import type { ClickHouseClient } from '@clickhouse/client'
import { insertSettings } from '../../schema/clickhouse/client.ts'
import { type BatchRange, rangeParams } from './stored-ids.ts'

/**
 * Writes again what a view derives from a batch's events, by the view's own query. A kill between an insert's part in
 * `events` and a view's part leaves the events without it; every column of such a table is a minimum, maximum or first
 * or last value, so once more changes nothing.
 *
 * @param query an INSERT of the view's SELECT, for the batch
 */
export async function repairView(client: ClickHouseClient, query: string, range: BatchRange): Promise<void> {
  await client.command({
    query,
    query_params: rangeParams(range),
    // A repair without effect in a killed engine must not be taken for a duplicate: it needs no protection from replays.
    clickhouse_settings: { ...insertSettings, insert_deduplicate: 0 },
  })
}
