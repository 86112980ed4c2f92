import type { ClickHouseClient } from '@clickhouse/client'
import { instantCell } from '../../schema/clickhouse/cell.ts'
import type { DisputeRow, RefundRow } from '../../schema/payment/deduction-rows.ts'
import type { PaymentRow } from '../../schema/payment/payment-row.ts'
import type { SiteZone } from '../../schema/site/local-day.ts'
import type { Dispute, Refund } from '../stripe/stripe-objects.ts'
import { siteDay } from './found-payment.ts'

/** The payment that something is taken from, its site, and when and as of what that was learnt. */
export type DeductionContext = {
  payment: PaymentRow
  site: SiteZone
  /** ms since 1970 */
  verifiedAt: number
  version: bigint
}

/** A refund that is over and took nothing. A pending one counts: the buyer was promised the money. */
const failedRefunds: ReadonlySet<string> = new Set(['failed', 'canceled'])

/** The row of a refund. A refund that succeeded can fail later; then it takes nothing. */
export function rowOfRefund(refund: Refund, { payment, ...context }: DeductionContext): RefundRow {
  const status = refund.status ?? 'pending'
  const failed = failedRefunds.has(status)
  const moved = refund.balance_transaction
  const settled = failed ? 0 : moved ? -moved.amount : unmoved(refund, payment)
  return {
    ...ofPayment(payment, context, refund.created),
    refund_id: refund.id,
    status,
    refunded_at: refund.created * 1000,
    amount: refund.amount,
    currency: refund.currency.toLowerCase(),
    deducted: failed ? 0 : refund.amount,
    settled_deducted: settled,
    settled_currency: settledCurrency(settled, moved, payment),
    fee: moved?.fee ?? null,
  }
}

/**
 * The row of a dispute. Only a lost one takes money; while it is open the money is away, but whose it is, is not
 * decided. Inquiries (`warning_*`) take none. The fees are gone either way.
 */
export function rowOfDispute(dispute: Dispute, { payment, ...context }: DeductionContext): DisputeRow {
  const lost = dispute.status === 'lost'
  const moves = dispute.balance_transactions
  const moved = -moves.reduce((sum, move) => sum + move.amount, 0)
  const settled = !lost ? 0 : moves.length > 0 ? moved : unmoved(dispute, payment)
  return {
    ...ofPayment(payment, context, dispute.created),
    dispute_id: dispute.id,
    status: dispute.status,
    reason: dispute.reason,
    disputed_at: dispute.created * 1000,
    amount: dispute.amount,
    currency: dispute.currency.toLowerCase(),
    deducted: lost ? dispute.amount : 0,
    settled_deducted: settled,
    settled_currency: settledCurrency(settled, moves[0] ?? null, payment),
    fee: moves.reduce((sum, move) => sum + move.fee, 0),
  }
}

// Money that has not moved yet is known only where nothing is converted.
function unmoved({ amount, currency }: Refund | Dispute, payment: PaymentRow): number | null {
  return payment.settled_currency === currency.toLowerCase() ? amount : null
}

function settledCurrency(
  settled: number | null,
  moved: { currency: string } | null,
  payment: PaymentRow,
): string {
  return settled === null ? '' : (moved?.currency.toLowerCase() ?? payment.settled_currency)
}

function ofPayment(payment: PaymentRow, context: Omit<DeductionContext, 'payment'>, created: number) {
  return {
    site_id: payment.site_id,
    payment_id: payment.payment_id,
    provider: payment.provider,
    account_id: payment.account_id,
    livemode: payment.livemode,
    day: siteDay(context.site, created * 1000),
    verified_at: context.verifiedAt,
    version: context.version,
  }
}

/** Writes refunds; the latest version of each wins. */
export async function writeRefunds(client: ClickHouseClient, rows: readonly RefundRow[]): Promise<void> {
  if (rows.length === 0) return
  const values = rows.map((row) => ({ ...cells(row), refunded_at: instantCell(row.refunded_at) }))
  await client.insert({ table: 'refunds', values, format: 'JSONEachRow' })
}

/** Writes disputes; the latest version of each wins. */
export async function writeDisputes(client: ClickHouseClient, rows: readonly DisputeRow[]): Promise<void> {
  if (rows.length === 0) return
  const values = rows.map((row) => ({ ...cells(row), disputed_at: instantCell(row.disputed_at) }))
  await client.insert({ table: 'disputes', values, format: 'JSONEachRow' })
}

function cells<R extends { verified_at: number; version: bigint }>(row: R) {
  return { ...row, verified_at: instantCell(row.verified_at), version: String(row.version) }
}
