import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date, instantCell, uint64 } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dayNumber } from '../../../schema/site/local-day.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({
  kind: z.enum(['payment', 'deduction']),
  payment_id: z.string(),
  session_id: uint64,
  day: date.transform(dayNumber),
})
export type RecentMoney = z.infer<typeof row>

/** The payments, refunds and disputes of a site that were written since a moment of the engine's clock (ms). */
export async function readRecentMoney(
  client: ClickHouseClient,
  siteId: number,
  since: number,
): Promise<RecentMoney[]> {
  const params = { site_id: siteId, since: instantCell(since) }
  return await readRows(client, { sql: sql(), params, row })
}
