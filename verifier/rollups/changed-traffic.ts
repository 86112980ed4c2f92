import type { ClickHouseClient } from '@clickhouse/client'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { dayText } from '../../schema/site/local-day.ts'
import { type ChangedDay, changedDay } from './site-day.ts'

const sql = sqlBeside(import.meta.url)

/**
 * The days from `from` on whose events are not those that were counted; `source` is how many there are.
 *
 * @param restMs how long a day that was computed is left alone
 */
export async function readChangedTraffic(
  client: ClickHouseClient,
  from: number,
  restMs: number,
): Promise<ChangedDay[]> {
  return await readRows(client, {
    sql: sql(),
    params: { from: dayText(from), rest_ms: restMs },
    row: changedDay,
  })
}
