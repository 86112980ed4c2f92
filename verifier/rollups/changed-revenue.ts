import type { ClickHouseClient } from '@clickhouse/client'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { type ChangedDay, changedDay } from './site-day.ts'

const sql = sqlBeside(import.meta.url)

/** The days of some sites whose money is not what was added up; `source` is a hash of all that it depends on. */
export async function readChangedRevenue(
  client: ClickHouseClient,
  siteIds: readonly number[],
): Promise<ChangedDay[]> {
  if (siteIds.length === 0) return []
  return await readRows(client, { sql: sql(), params: { site_ids: siteIds }, row: changedDay })
}
