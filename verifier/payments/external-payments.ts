import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, integer, uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import type { RefundRow } from '../../schema/payment/deduction-rows.ts'
import { type PaymentRow, paymentKind } from '../../schema/payment/payment-row.ts'
import type { Site } from '../../schema/site/read-sites.ts'
import type { Attribution } from './attribute.ts'
import { siteDay } from './found-payment.ts'

const sql = sqlBeside(import.meta.url)

/** A payment that an owner's server reported. Amounts are minor units, `refunded_amount` is the total so far. */
export const externalPayment = z.object({
  site_id: z.number().int(),
  payment_id: z.string().regex(/^ext:/),
  provider: z.string(),
  livemode: z.boolean(),
  kind: paymentKind,
  charged_at: instant,
  amount: integer,
  currency: z.string(),
  settled_amount: integer.nullable(),
  settled_currency: z.string(),
  fee: integer.nullable(),
  refunded_amount: integer,
  refunded_at: instant.nullable(),
  visit_reference: z.string(),
  version: uint64,
})

export type ExternalPayment = z.infer<typeof externalPayment>

/** Reports that are new, or newer than what was copied. */
export async function readExternalPayments(
  client: ClickHouseClient,
  params: { site_ids: number[]; limit: number },
): Promise<ExternalPayment[]> {
  if (params.site_ids.length === 0) return []
  return await readRows(client, { sql: sql(), params, row: externalPayment })
}

/** The payment that a report tells of. */
export function rowOfExternal(
  report: ExternalPayment,
  { site, attribution, verifiedAt }: { site: Site; attribution: Attribution; verifiedAt: number },
): PaymentRow {
  const { refunded_amount: _, refunded_at: __, visit_reference, ...money } = report
  return {
    ...money,
    currency: money.currency.toLowerCase(),
    settled_currency: money.settled_currency.toLowerCase(),
    account_id: '',
    day: siteDay(site, report.charged_at),
    presentment_amount: null,
    presentment_currency: '',
    payment_intent_id: '',
    subscription_id: '',
    invoice_id: '',
    payment_link_id: '',
    client_reference_id: visit_reference,
    ...attribution,
    verified_at: verifiedAt,
  }
}

/** The refund that a report tells of: one a payment, which holds what was refunded in all. */
export function refundOfExternal(
  report: ExternalPayment,
  { site, verifiedAt }: { site: Site; verifiedAt: number },
): RefundRow {
  const { site_id, payment_id, provider, livemode, version, refunded_amount } = report
  const currency = report.currency.toLowerCase()
  const at = report.refunded_at ?? report.charged_at
  const settled = report.settled_currency.toLowerCase() === currency
  return {
    site_id,
    refund_id: payment_id,
    payment_id,
    provider,
    account_id: '',
    livemode,
    status: 'succeeded',
    refunded_at: at,
    day: siteDay(site, at),
    amount: refunded_amount,
    currency,
    deducted: refunded_amount,
    settled_deducted: settled ? refunded_amount : null,
    settled_currency: settled ? currency : '',
    fee: null,
    verified_at: verifiedAt,
    version,
  }
}
