import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instantCell, integer } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import type { Account } from '../payments/account.ts'

const sql = sqlBeside(import.meta.url)

const row = z.object({
  currency: z.string(),
  gross: integer,
  unassigned_gross: integer,
  refunded: integer,
  lost: integer,
})

/** What is counted of an account, in minor units of a currency. */
export type OurSums = z.infer<typeof row>

/** Sums over everything charged, refunded and disputed in a span (ms, inclusive). */
export async function readOurSums(
  client: ClickHouseClient,
  { account_id, livemode, sites }: Account,
  { from, until }: { from: number; until: number },
): Promise<OurSums[]> {
  const params = {
    site_ids: sites.map((site) => site.site_id),
    account_id,
    livemode,
    from: instantCell(from),
    until: instantCell(until),
  }
  return await readRows(client, { sql: sql(), params, row })
}
