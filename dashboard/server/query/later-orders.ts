import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dayText } from '../../../schema/site/local-day.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ payment_id: z.string() })

type Wanted = { siteId: number; closed: number; days: ReadonlySet<number> }

/** The orders of visits that had ordered before, among the visits that pay on the days from `closed` on or on `days`. */
export async function readLaterOrders(client: ClickHouseClient, wanted: Wanted): Promise<string[]> {
  const params = {
    site_id: wanted.siteId,
    closed: dayText(wanted.closed),
    days: [...wanted.days, 0].map(dayText),
  }
  return (await readRows(client, { sql: sql(), params, row })).map(({ payment_id }) => payment_id)
}
