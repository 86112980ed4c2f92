import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ next_due: instant.nullable() })

/** When the next planned attempt of these sites is, in ms, or infinity when none is planned. */
export async function readNextDue(client: ClickHouseClient, siteIds: number[]): Promise<number> {
  if (siteIds.length === 0) return Number.POSITIVE_INFINITY
  const rows = await readRows(client, { sql: sql(), params: { site_ids: siteIds }, row })
  return rows[0]?.next_due ?? Number.POSITIVE_INFINITY
}
