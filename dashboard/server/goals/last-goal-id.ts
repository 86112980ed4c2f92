import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** The largest goal id that a site ever gave, those of deleted goals included; 0 before the first. */
export async function readLastGoalId(client: ClickHouseClient, siteId: number): Promise<number> {
  const row = z.object({ goal_id: z.number() })
  const [last] = await readRows(client, { sql: sql(), params: { site_id: siteId }, row })
  return last?.goal_id ?? 0
}
