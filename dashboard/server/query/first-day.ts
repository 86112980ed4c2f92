import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dayNumber } from '../../../schema/site/local-day.ts'

const sql = sqlBeside(import.meta.url)

/** The first local day of a site with a visit or a payment, or null while there is none. */
export async function readFirstDay(client: ClickHouseClient, siteId: number): Promise<number | null> {
  const [row] = await readRows(client, {
    sql: sql(),
    params: { site_id: siteId },
    row: z.object({ day: date }),
  })
  return row ? dayNumber(row.day) : null
}
