import type { ClickHouseClient } from '@clickhouse/client'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { type PaymentRow, paymentRow } from '../../schema/payment/payment-row.ts'

const sql = sqlBeside(import.meta.url)

/** Payments of these sites with these ids, as they are stored. */
export async function readStoredPayments(
  client: ClickHouseClient,
  query: { site_ids: readonly number[]; payment_ids: readonly string[] },
): Promise<PaymentRow[]> {
  if (query.site_ids.length === 0 || query.payment_ids.length === 0) return []
  const params = { site_ids: query.site_ids, payment_ids: query.payment_ids }
  return await readRows(client, { sql: sql(), params, row: paymentRow })
}
