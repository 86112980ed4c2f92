import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dayNumber } from '../../../schema/site/local-day.ts'
import type { RecentMoney } from './recent-money.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ day: date.transform(dayNumber) })

/**
 * The further days whose money changes with some payments: those of other payments of the same visits, another of which
 * may be the first order now, and those of refunds and disputes, which stand under what their payment is attributed to.
 */
export async function readTouchedDays(
  client: ClickHouseClient,
  siteId: number,
  payments: readonly RecentMoney[],
): Promise<number[]> {
  const params = {
    site_id: siteId,
    session_ids: payments.map(({ session_id }) => session_id).filter((id) => id !== 0n),
    payment_ids: payments.map(({ payment_id }) => payment_id),
  }
  return (await readRows(client, { sql: sql(), params, row })).map(({ day }) => day)
}
