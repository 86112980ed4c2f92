import type { ClickHouseClient } from '@clickhouse/client'
import { instantCell } from '../../schema/clickhouse/cell.ts'
import type { PaymentRow } from '../../schema/payment/payment-row.ts'

/** Writes payments, one row each; written twice, the latest version wins. */
export async function writePayments(client: ClickHouseClient, rows: readonly PaymentRow[]): Promise<void> {
  if (rows.length === 0) return
  const values = rows.map((row) => ({
    ...row,
    charged_at: instantCell(row.charged_at),
    verified_at: instantCell(row.verified_at),
    visitor_id: String(row.visitor_id),
    session_id: String(row.session_id),
    version: String(row.version),
  }))
  await client.insert({ table: 'payments', values, format: 'JSONEachRow' })
}
