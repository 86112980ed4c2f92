import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** A test that may be shown, or a goal, of a site; `content` is its JSON: `experimentServing` or `goalTarget`. */
export const planRow = z.object({
  site_id: z.number().int().positive(),
  kind: z.enum(['experiment', 'goal']),
  id: z.number().int(),
  status: z.enum(['draft', 'running', 'paused', '']),
  phase: z.number().int(),
  content: z.string(),
})

export type PlanRow = z.infer<typeof planRow>

/** The tests that run or may be looked at, and the goals, of all sites, in order. Throws when ClickHouse cannot answer. */
export async function readSitePlans(client: ClickHouseClient): Promise<PlanRow[]> {
  return await readRows(client, { sql: sql(), row: planRow })
}
