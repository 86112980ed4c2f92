import type { z } from 'zod'
import type { ChargeRecord, RefundRecord } from '../books/records.ts'
import { type Book, DoubleMisuse, emit, locate, seconds, type World } from '../books/world.ts'
import type { momentParams, refundParams } from '../params.ts'
import { chargeBehind, move, requireSucceeded, settled } from './charges.ts'

/**
 * Gives money back. `amount_refunded` of the charge grows at once, also for a pending refund; only a
 * succeeded one moves the balance. Stripe keeps its fee.
 */
export function refund(world: World, id: string, params: z.output<typeof refundParams>): RefundRecord {
  const { book, row: charge } = locate(world, id, (candidate) => chargeBehind(candidate, id))
  requireSucceeded(charge)
  const rest = charge.amount - charge.amount_refunded
  const amount = params.amount ?? rest
  if (amount > rest || amount === 0) throw new DoubleMisuse(`${charge.id} has ${rest} left to refund.`)
  const created = seconds(world, params.at)
  const pending = pendingRefund(world, charge, {
    ...params,
    exchange_rate: rateFor(charge, params),
    amount,
    created,
  })
  const made = book.refunds.put(
    params.status === 'pending' ? pending : debit(world, book, { charge, refund: pending, created }),
  )
  const after = book.charges.put({ ...charge, amount_refunded: charge.amount_refunded + amount })
  emit(world, book, { type: 'refund.created', subject: { kind: 'refund', record: made }, created })
  emit(world, book, { type: 'charge.refunded', subject: { kind: 'charge', record: after }, created })
  return made
}

/** Null when nothing is converted, whatever rate was asked for. */
function rateFor(charge: ChargeRecord, { exchange_rate }: { exchange_rate?: number | undefined }) {
  const own = charge.settlement.exchange_rate
  return own === null ? null : (exchange_rate ?? own)
}

function pendingRefund(
  world: World,
  charge: ChargeRecord,
  wish: Pick<RefundRecord, 'amount' | 'reason' | 'exchange_rate' | 'metadata' | 'created'>,
): RefundRecord {
  const { amount, reason, exchange_rate, metadata, created } = wish
  return {
    id: `re_3${world.random.token(23)}`,
    created,
    livemode: charge.livemode,
    charge: charge.id,
    payment_intent: charge.payment_intent,
    amount,
    currency: charge.currency,
    status: 'pending',
    reason,
    exchange_rate,
    balance_transaction: null,
    failure_balance_transaction: null,
    failure_reason: null,
    metadata,
  }
}

type Step = { charge: ChargeRecord; refund: RefundRecord; created: number }

function debit(world: World, book: Book, { charge, refund: pending, created }: Step): RefundRecord {
  const transaction = move(world, book, {
    charge,
    amount: -settled(charge, pending.amount, pending.exchange_rate),
    exchange_rate: pending.exchange_rate,
    fee: 0,
    type: charge.method === 'card' ? 'refund' : 'payment_refund',
    reporting_category: 'refund',
    source: pending.id,
    created,
  })
  return { ...pending, status: 'succeeded', balance_transaction: transaction.id }
}

/** A pending refund reaches the buyer. */
export function settleRefund(world: World, id: string, params: z.output<typeof momentParams>): RefundRecord {
  const { book, row } = locate(world, id, (candidate) => candidate.refunds.get(id))
  const charge = book.charges.get(row.charge)
  if (row.status !== 'pending' || !charge) throw new DoubleMisuse(`${id} is ${row.status}, not pending.`)
  const created = seconds(world, params.at)
  const made = book.refunds.put(debit(world, book, { charge, refund: row, created }))
  tellUpdate(world, book, made, created)
  return made
}

/**
 * The buyer's bank sends a refund back, even one that had succeeded: the money returns to the balance and
 * the charge's `amount_refunded` shrinks.
 */
export function failRefund(world: World, id: string, params: z.output<typeof momentParams>): RefundRecord {
  const { book, row } = locate(world, id, (candidate) => candidate.refunds.get(id))
  const charge = book.charges.get(row.charge)
  if (row.status === 'failed' || !charge) throw new DoubleMisuse(`${id} has already failed.`)
  const created = seconds(world, params.at)
  const failed = book.refunds.put({
    ...row,
    status: 'failed',
    failure_reason: 'lost_or_stolen_card',
    failure_balance_transaction:
      row.balance_transaction === null ? null : bringBack(world, book, { charge, refund: row, created }),
  })
  book.charges.put({ ...charge, amount_refunded: charge.amount_refunded - row.amount })
  tellUpdate(world, book, failed, created)
  emit(world, book, { type: 'refund.failed', subject: { kind: 'refund', record: failed }, created })
  return failed
}

/** Stripe tells every change of a refund under its old name too. */
function tellUpdate(world: World, book: Book, record: RefundRecord, created: number) {
  for (const type of ['refund.updated', 'charge.refund.updated']) {
    emit(world, book, { type, subject: { kind: 'refund', record }, created })
  }
}

function bringBack(world: World, book: Book, { charge, refund: lost, created }: Step): string {
  return move(world, book, {
    charge,
    amount: settled(charge, lost.amount, lost.exchange_rate),
    exchange_rate: lost.exchange_rate,
    fee: 0,
    type: 'refund_failure',
    reporting_category: 'refund_failure',
    source: lost.id,
    created,
  }).id
}
