import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instantCell } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ site_id: z.number() })

/** The sites of which a payment, refund or dispute was written since a moment of the engine's clock (ms). */
export async function readRecentRevenue(client: ClickHouseClient, since: number): Promise<Set<number>> {
  const params = { since: instantCell(since) }
  return new Set((await readRows(client, { sql: sql(), params, row })).map(({ site_id }) => site_id))
}
