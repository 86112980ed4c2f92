import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { toMoney } from '../../../schema/payment/money.ts'
import { paymentRow } from '../../../schema/payment/payment-row.ts'
import type { Payment } from '../../contract/revenue.ts'

const sql = sqlBeside(import.meta.url)

const listedPayment = z.object(paymentRow.shape).pick({
  payment_id: true,
  charged_at: true,
  amount: true,
  currency: true,
  livemode: true,
  confidence: true,
  source: true,
  channel: true,
  entry_page: true,
  country: true,
  browser: true,
  device: true,
})

type Wanted = { siteId: number; livemode: boolean; limit: number }

/** The latest payments of a site in one mode, newest first. */
export async function readPayments(client: ClickHouseClient, wanted: Wanted): Promise<Payment[]> {
  const { siteId, livemode, limit } = wanted
  const params = { site_id: siteId, livemode, limit }
  const rows = await readRows(client, { sql: sql(), params, row: listedPayment })
  return rows.map(({ amount, currency, charged_at, ...rest }) => ({
    ...rest,
    charged_at: new Date(charged_at).toISOString(),
    amount: toMoney(amount, currency),
  }))
}
