import type { ClickHouseClient } from '@clickhouse/client'
import { insertSettings } from '../../schema/clickhouse/client.ts'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { type BatchRange, rangeParams } from './stored-ids.ts'

const sql = sqlBeside(import.meta.url)

/**
 * Writes the visits of a batch's events again, by the query of the view `sessions_from_events`. A kill between an
 * insert's part in `events` and the view's part in `sessions` leaves the events without their visits; every column of
 * `sessions` is a minimum, maximum or last value, so once more changes nothing.
 */
export async function repairSessions(client: ClickHouseClient, range: BatchRange): Promise<void> {
  await client.command({
    query: sql(),
    query_params: rangeParams(range),
    // A repair without effect in a killed engine must not be taken for a duplicate: it needs no protection from replays.
    clickhouse_settings: { ...insertSettings, insert_deduplicate: 0 },
  })
}
