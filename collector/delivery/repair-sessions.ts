import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { repairView } from './repair-view.ts'
import type { BatchRange } from './stored-ids.ts'

const sql = sqlBeside(import.meta.url)

/** Writes the visits of a batch's events again, as the view `sessions_from_events` does. */
export async function repairSessions(client: ClickHouseClient, range: BatchRange): Promise<void> {
  await repairView(client, sql(), range)
}
