import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** The sites with a test that runs: their snippet is the inline loader (ruling 21). */
export async function readTestingSites(client: ClickHouseClient): Promise<Set<number>> {
  const rows = await readRows(client, { sql: sql(), row: z.object({ site_id: z.number() }) })
  return new Set(rows.map(({ site_id }) => site_id))
}
