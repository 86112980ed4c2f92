import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ site_id: z.number() })

/** The first days that sites keep, side by side. */
export type KeptDays = { site_ids: number[]; first_days: string[] }

/** The sites that have events from before the first day that they keep. */
export async function readExpiredSites(client: ClickHouseClient, kept: KeptDays): Promise<number[]> {
  return (await readRows(client, { sql: sql(), params: kept, row })).map(({ site_id }) => site_id)
}
