import type { ClickHouseClient } from '@clickhouse/client'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { type PaymentRow, paymentRow } from '../../schema/payment/payment-row.ts'

const sql = sqlBeside(import.meta.url)

export type ReferenceQuery = {
  site_ids: readonly number[]
  payment_intent_ids?: readonly string[]
  invoice_ids?: readonly string[]
  subscription_ids?: readonly string[]
}

/** Payments of these sites that refer to any of these objects of Stripe. */
export async function readPaymentsByReference(
  client: ClickHouseClient,
  query: ReferenceQuery,
): Promise<PaymentRow[]> {
  const given = (ids: readonly string[] = []) => [...new Set(ids)].filter((id) => id !== '')
  const params = {
    site_ids: query.site_ids,
    payment_intent_ids: given(query.payment_intent_ids),
    invoice_ids: given(query.invoice_ids),
    subscription_ids: given(query.subscription_ids),
  }
  if (params.payment_intent_ids.length + params.invoice_ids.length + params.subscription_ids.length === 0)
    return []
  return await readRows(client, { sql: sql(), params, row: paymentRow })
}
