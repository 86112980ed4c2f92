import { settled } from '../acts/charges.ts'
import type { ChargeRecord, DisputeRecord, IntentRecord, RefundRecord } from '../books/records.ts'
import type { Book } from '../books/world.ts'
import { createCalendar, type Posting, sumByDay, sumOf } from './postings.ts'

/**
 * Sums in minor units of `currency`. `refunded` leaves out refunds that failed; `lost` is disputes that were
 * lost; `net` = gross - refunded - lost, before Stripe's fees.
 */
type Sums = { currency: string; gross: number; refunded: number; lost: number; net: number }

type LedgerPayment = Sums & {
  /** The Checkout Session, else the invoice, else the payment intent: one payment has one of them. */
  id: string
  /** `first` and `renewal` belong to subscriptions. */
  kind: 'one_off' | 'first' | 'renewal'
  payment_intent: string
  charge: string
  customer: string | null
  subscription: string | null
  /** Unix seconds of the charge. */
  created: number
  /** What the buyer saw, where Adaptive Pricing showed another currency. */
  presented: { amount: number; currency: string } | null
  /** State of its dispute, as in Stripe. */
  dispute: DisputeRecord['status'] | null
  /** The same as it reached the balance, null until it does; `fee` is Stripe's, dispute fees included. */
  settled: (Sums & { fee: number }) | null
}

type LedgerDay = Sums & { day: string; orders: number }

export type Ledger = {
  /** In the order of their payment intents. */
  payments: LedgerPayment[]
  /** In the currency that was charged. */
  days: LedgerDay[]
  /** In the currency of the balance. */
  settled_days: (LedgerDay & { fee: number })[]
}

/**
 * What a report must agree with, to the cent: every charge that succeeded, with its refunds and lost disputes.
 * Gross is on the day of the charge, a refund and a dispute on its own day (of its creation), in `timeZone`.
 */
export function ledgerOf(book: Book, timeZone: string): Ledger {
  const charged: Posting[] = []
  const inBalance: Posting[] = []
  const payments: LedgerPayment[] = []
  const refunds = byCharge(book.refunds.values())
  const disputes = byCharge(book.disputes.values())
  for (const intent of book.intents.values()) {
    const charge = book.charges.get(intent.latest_charge ?? '')
    if (charge?.status !== 'succeeded') continue
    const takings = [
      ...(refunds.get(charge.id) ?? []).map((refund) => refundTaking(book, charge, refund)),
      ...(disputes.get(charge.id) ?? []).map(disputeTaking),
    ]
    const rows = { charged: postingsOf(charge, takings), settled: settledPostingsOf(book, charge, takings) }
    charged.push(...rows.charged)
    inBalance.push(...rows.settled)
    payments.push({
      ...identityOf(book, intent, charge),
      dispute: disputes.get(charge.id)?.at(-1)?.status ?? null,
      ...withoutOrders(charge.currency, rows.charged),
      settled: rows.settled.length === 0 ? null : settledSums(charge, rows.settled),
    })
  }
  const dayOf = createCalendar(timeZone)
  return {
    payments,
    days: sumByDay(charged, dayOf).map(({ fee: _fee, ...day }) => day),
    settled_days: sumByDay(inBalance, dayOf),
  }
}

/** In one pass: 100,000 payments take a second, not an hour. */
function byCharge<R extends { charge: string }>(rows: Iterable<R>): Map<string, R[]> {
  const groups = new Map<string, R[]>()
  for (const row of rows) {
    const group = groups.get(row.charge)
    if (group) group.push(row)
    else groups.set(row.charge, [row])
  }
  return groups
}

/** What a refund or a dispute took away: minor units of the charge and of the balance. */
type Taking = {
  kind: 'refunded' | 'lost'
  created: number
  amount: number
  settled: number
  fee: number
}

function refundTaking(book: Book, charge: ChargeRecord, refund: RefundRecord): Taking {
  const { amount, created } = refund
  const kind = 'refunded'
  if (refund.status === 'failed') return { kind, created, amount: 0, settled: 0, fee: 0 }
  const transaction = book.transactions.get(refund.balance_transaction ?? '')
  const taken = transaction ? -transaction.amount : settled(charge, amount, refund.exchange_rate)
  return { kind, created, amount, settled: taken, fee: 0 }
}

function disputeTaking({ amount, created, status, balance_transactions }: DisputeRecord): Taking {
  const lost = status === 'lost'
  const fee = balance_transactions.reduce((sum, transaction) => sum + transaction.fee, 0)
  const moved = balance_transactions.reduce((sum, transaction) => sum - transaction.amount, 0)
  return { kind: 'lost', created, amount: lost ? amount : 0, settled: lost ? moved : 0, fee }
}

function postingsOf({ created, currency, amount }: ChargeRecord, takings: readonly Taking[]): Posting[] {
  return [
    { created, currency, orders: 1, gross: amount },
    ...takings.map((taking) => ({ created: taking.created, currency, [taking.kind]: taking.amount })),
  ]
}

function settledPostingsOf(book: Book, charge: ChargeRecord, takings: readonly Taking[]): Posting[] {
  const arrived = book.transactions.get(charge.balance_transaction ?? '')
  if (!arrived) return []
  const { currency, amount, fee } = arrived
  return [
    { created: charge.created, currency, orders: 1, gross: amount, fee },
    ...takings.map((taking) => ({
      created: taking.created,
      currency,
      [taking.kind]: taking.settled,
      fee: taking.fee,
    })),
  ]
}

function withoutOrders(currency: string, postings: readonly Posting[]): Sums {
  const { orders: _orders, fee: _fee, ...sums } = sumOf(currency, postings)
  return sums
}

function settledSums(charge: ChargeRecord, postings: readonly Posting[]): Sums & { fee: number } {
  const { orders: _orders, ...sums } = sumOf(charge.settlement.currency, postings)
  return sums
}

function identityOf(book: Book, intent: IntentRecord, charge: ChargeRecord) {
  const invoice = book.invoices.get(intent.invoice ?? '')
  const kinds = { subscription_create: 'first', subscription_cycle: 'renewal', manual: 'one_off' } as const
  return {
    id: intent.session ?? intent.invoice ?? intent.id,
    kind: invoice ? kinds[invoice.billing_reason] : 'one_off',
    payment_intent: intent.id,
    charge: charge.id,
    customer: intent.customer,
    subscription: invoice?.subscription ?? null,
    created: charge.created,
    presented: charge.presentment,
  } as const
}
