import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ site_id: z.number(), retention_months: z.number().int() })

/** The months for which each site keeps its visits; 0 is for ever. */
export async function readRetention(client: ClickHouseClient): Promise<Map<number, number>> {
  const rows = await readRows(client, { sql: sql(), row })
  return new Map(rows.map(({ site_id, retention_months }) => [site_id, retention_months]))
}
