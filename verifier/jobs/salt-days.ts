import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { dayNumber } from '../../schema/site/local-day.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ day: date })

/** The days that have a salt, as numbers of days since 1970. */
export async function readSaltDays(client: ClickHouseClient): Promise<number[]> {
  return (await readRows(client, { sql: sql(), row })).map(({ day }) => dayNumber(day))
}
