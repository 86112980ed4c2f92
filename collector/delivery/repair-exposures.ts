import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { repairView } from './repair-view.ts'
import type { BatchRange } from './stored-ids.ts'

const sql = sqlBeside(import.meta.url)

/** Writes the exposures of a batch's events again, as the view `exposures_from_events` does. */
export async function repairExposures(client: ClickHouseClient, range: BatchRange): Promise<void> {
  await repairView(client, sql(), range)
}
