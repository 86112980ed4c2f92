import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** The largest id of a test that a site ever gave, those of deleted tests included; 0 before the first. */
export async function readLastExperimentId(client: ClickHouseClient, siteId: number): Promise<number> {
  const row = z.object({ experiment_id: z.number() })
  const [last] = await readRows(client, { sql: sql(), params: { site_id: siteId }, row })
  return last?.experiment_id ?? 0
}
