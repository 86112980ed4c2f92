import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ site_id: z.number(), payment_id: z.string(), version: uint64 })

/** The versions of payments that are stored already, by `site_id/payment_id`. */
export async function readPaymentVersions(
  client: ClickHouseClient,
  payments: readonly { site_id: number; payment_id: string }[],
): Promise<Map<string, bigint>> {
  if (payments.length === 0) return new Map()
  const params = {
    site_ids: [...new Set(payments.map((payment) => payment.site_id))],
    payment_ids: payments.map((payment) => payment.payment_id),
  }
  const rows = await readRows(client, { sql: sql(), params, row })
  return new Map(rows.map((each) => [`${each.site_id}/${each.payment_id}`, each.version]))
}
