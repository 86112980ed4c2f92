import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date, instant } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { dayNumber, dayText } from '../../schema/site/local-day.ts'

const sql = sqlBeside(import.meta.url)

/** A salt as the table and the snapshot hold it: 32 bytes in hexadecimal. */
export const saltRow = z.object({
  day: date.transform(dayNumber),
  created_at: instant,
  salt: z.string().regex(/^[0-9a-f]{64}$/),
})

export type SaltRow = z.infer<typeof saltRow>

/** The salts of the days from `since` (a day number), the one that everyone uses first among those of a day. */
export async function readSalts(client: ClickHouseClient, since: number): Promise<SaltRow[]> {
  return await readRows(client, { sql: sql(), params: { since: dayText(since) }, row: saltRow })
}
