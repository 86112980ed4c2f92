import type { z } from 'zod'
import type { ChargeRecord, IntentRecord, SessionRecord } from '../books/records.ts'
import { type Book, DoubleMisuse, emit, seconds, type World } from '../books/world.ts'
import type { momentParams, payParams } from '../params.ts'
import { buyerFor } from './buyers.ts'
import { credit, settlementFor } from './charges.ts'
import { locateSession } from './checkout-sessions.ts'

type Params = z.output<typeof payParams>
type Paying = { session: SessionRecord; params: Params; created: number }

/**
 * The buyer completes an open session: paid at once by card, unpaid for now by bank debit, and
 * `no_payment_required` when there is nothing to pay.
 */
export function pay(world: World, id: string, params: Params): SessionRecord {
  const { book, row } = locateSession(world, id)
  if (row.status !== 'open') throw new DoubleMisuse(`${id} is ${row.status}, not open.`)
  const created = seconds(world, params.at)
  const session: SessionRecord = { ...row, ...subscribed(world, row), presentment: params.presentment }
  if (session.amount_total === null || session.amount_total === 0) {
    const buyer = buyerFor(world.random, params, row.customer_email)
    return complete(world, book, { ...session, buyer, payment_status: 'no_payment_required' }, created)
  }
  const { intent, charge } = charged(world, book, { session, params, created })
  const paid = params.method === 'card'
  if (paid) credit(world, book, charge, created)
  tellPayment(world, book, intent, created)
  const next = { ...session, buyer: charge.buyer, payment_intent: intent.id }
  return complete(world, book, { ...next, payment_status: paid ? 'paid' : 'unpaid' }, created)
}

function subscribed(world: World, { mode }: SessionRecord) {
  if (mode === 'setup') return { setup_intent: `seti_1${world.random.token(23)}` }
  if (mode === 'payment') return {}
  return { subscription: `sub_1${world.random.token(23)}`, invoice: `in_1${world.random.token(23)}` }
}

function complete(world: World, book: Book, next: SessionRecord, created: number): SessionRecord {
  const session = book.sessions.put({ ...next, status: 'complete' })
  const subject = { kind: 'session', record: session } as const
  emit(world, book, { type: 'checkout.session.completed', subject, created })
  return session
}

/** The payment intent and its charge, not yet in the balance. */
function charged(world: World, book: Book, { session, params, created }: Paying) {
  const { amount_total: amount, currency } = session
  if (amount === null || currency === null) throw new DoubleMisuse(`${session.id} has nothing to pay.`)
  const card = params.method === 'card'
  const ids = {
    intent: `pi_3${world.random.token(23)}`,
    charge: `${card ? 'ch' : 'py'}_3${world.random.token(23)}`,
  }
  const same = {
    created,
    livemode: book.livemode,
    session: session.id,
    amount,
    currency,
    method: params.method,
  }
  const intent = book.intents.put({
    ...same,
    id: ids.intent,
    status: card ? 'succeeded' : 'processing',
    latest_charge: ids.charge,
    presentment: params.presentment,
  })
  const charge = book.charges.put({
    ...same,
    id: ids.charge,
    payment_intent: ids.intent,
    amount_refunded: 0,
    status: 'pending',
    disputed: false,
    balance_transaction: null,
    buyer: buyerFor(world.random, params, session.customer_email),
    presentment: params.presentment,
    settlement: settlementFor(book, currency, params.settlement),
  })
  return { intent, charge }
}

const intentEvents = {
  succeeded: ['payment_intent.succeeded', 'charge.succeeded'],
  processing: ['payment_intent.processing', 'charge.pending'],
  requires_payment_method: ['payment_intent.payment_failed', 'charge.failed'],
} as const

function tellPayment(world: World, book: Book, intent: IntentRecord, created: number) {
  const [intentEvent, chargeEvent] = intentEvents[intent.status]
  const charge = book.charges.get(intent.latest_charge)
  emit(world, book, { type: intentEvent, subject: { kind: 'intent', record: intent }, created })
  if (charge) emit(world, book, { type: chargeEvent, subject: { kind: 'charge', record: charge }, created })
}

/** A bank debit arrives, days after the buyer left: the session becomes paid. */
export function settleDelayed(
  world: World,
  id: string,
  params: z.output<typeof momentParams>,
): SessionRecord {
  const { book, row, intent, charge } = processing(world, id)
  const created = seconds(world, params.at)
  credit(world, book, charge, created)
  tellPayment(world, book, book.intents.put({ ...intent, status: 'succeeded' }), created)
  const session = book.sessions.put({ ...row, payment_status: 'paid' })
  const subject = { kind: 'session', record: session } as const
  emit(world, book, { type: 'checkout.session.async_payment_succeeded', subject, created })
  return session
}

/** A bank debit bounces: the session stays complete and unpaid for ever. */
export function failDelayed(world: World, id: string, params: z.output<typeof momentParams>): SessionRecord {
  const { book, row, intent, charge } = processing(world, id)
  const created = seconds(world, params.at)
  book.charges.put({ ...charge, status: 'failed' })
  tellPayment(world, book, book.intents.put({ ...intent, status: 'requires_payment_method' }), created)
  const subject = { kind: 'session', record: row } as const
  emit(world, book, { type: 'checkout.session.async_payment_failed', subject, created })
  return row
}

function processing(
  world: World,
  id: string,
): {
  book: Book
  row: SessionRecord
  intent: IntentRecord
  charge: ChargeRecord
} {
  const { book, row } = locateSession(world, id)
  const intent = row.payment_intent === null ? undefined : book.intents.get(row.payment_intent)
  const charge = intent && book.charges.get(intent.latest_charge)
  if (!intent || !charge || intent.status !== 'processing') {
    throw new DoubleMisuse(`${id} has no bank debit under way.`)
  }
  return { book, row, intent, charge }
}
