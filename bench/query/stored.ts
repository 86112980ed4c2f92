import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { integer } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { dayText } from '../../schema/site/local-day.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({
  events: integer,
  bytes: integer,
  rollup_rows: integer,
  rollup_bytes: integer,
  first_site: integer,
  second_site: integer,
  engine: z.string(),
})

/** How much is stored; the events of the measured sites from a day on. */
export async function readStored(client: ClickHouseClient, from: number): Promise<z.infer<typeof row>> {
  const [stored] = await readRows(client, { sql: sql(), params: { from: dayText(from) }, row })
  if (!stored) throw new Error('the engine did not say what it stores')
  return stored
}
