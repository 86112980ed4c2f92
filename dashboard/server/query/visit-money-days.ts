import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dayNumber, dayText } from '../../../schema/site/local-day.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ day: date.transform(dayNumber) })

/** The days with money that visits of some days earned. */
export async function readVisitMoneyDays(
  client: ClickHouseClient,
  siteId: number,
  visitDays: readonly number[],
): Promise<number[]> {
  const params = { site_id: siteId, visit_days: visitDays.map(dayText) }
  return (await readRows(client, { sql: sql(), params, row })).map(({ day }) => day)
}
