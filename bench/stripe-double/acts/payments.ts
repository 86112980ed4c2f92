import type { z } from 'zod'
import type { Buyer, SessionRecord } from '../books/records.ts'
import { type Book, DoubleMisuse, emit, seconds, type World } from '../books/world.ts'
import type { payParams } from '../params.ts'
import { buyerFor } from './buyers.ts'
import { intentBehind } from './charges.ts'
import { locateSession } from './checkout-sessions.ts'
import { addCustomer, customerIn } from './customers.ts'
import { attempt, createIntent } from './intents.ts'
import { followIntent, issueInvoice } from './invoices.ts'
import { startSubscription } from './subscriptions.ts'

type Params = z.output<typeof payParams>
type Paying = { session: SessionRecord; params: Params; buyer: Buyer; created: number }

/**
 * The buyer completes an open session: paid at once by card, unpaid for now by bank debit, and
 * `no_payment_required` when there is nothing to pay. After a declined card the session stays open.
 */
export function pay(world: World, id: string, params: Params): SessionRecord {
  const { book, row } = locateSession(world, id)
  if (row.status !== 'open') throw new DoubleMisuse(`${id} is ${row.status}, not open.`)
  const created = seconds(world, params.at)
  const known = row.customer === null ? undefined : customerIn(book, row.customer).buyer
  const buyer = known ?? buyerFor(world.random, params, row.customer_email)
  const nothing = row.amount_total === null || row.amount_total === 0
  if (params.method === 'declined_card' && !nothing) {
    return decline(world, book, { session: row, params, buyer, created })
  }
  const met = { ...row, buyer, customer: customerOf(world, book, { session: row, params, buyer, created }) }
  const session: SessionRecord = { ...met, presentment: params.presentment }
  if (session.mode === 'subscription') return subscribe(world, book, { session, params, buyer, created })
  if (nothing) return completeFree(world, book, session, created)
  return charge(world, book, { session, params, buyer, created })
}

/** Null for a guest: in payment mode Stripe makes a customer only when told to. */
function customerOf(world: World, book: Book, { session, buyer, created }: Paying): string | null {
  if (session.customer !== null) return session.customer
  const guest = session.mode === 'payment' && session.customer_creation === 'if_required'
  if (guest && !session.invoice_creation) return null
  return addCustomer(world, book, { buyer, metadata: {}, created }).id
}

function completeFree(world: World, book: Book, row: SessionRecord, created: number): SessionRecord {
  const session = { ...row, payment_status: 'no_payment_required' } as const
  if (row.mode !== 'setup') return complete(world, book, session, created)
  const record = book.setupIntents.put({
    id: `seti_1${world.random.token(23)}`,
    created,
    livemode: book.livemode,
    customer: row.customer,
    metadata: {},
  })
  emit(world, book, { type: 'setup_intent.succeeded', subject: { kind: 'setup_intent', record }, created })
  return complete(world, book, { ...session, setup_intent: record.id }, created)
}

/** The payment intent of a session that takes money, also of one that a declined card left behind. */
function intentFor(world: World, book: Book, { session, created }: Paying) {
  const { amount_total: amount, currency, customer } = session
  const known = intentBehind(book, session.id)
  if (known) return book.intents.put({ ...known, customer })
  if (amount === null || currency === null) throw new DoubleMisuse(`${session.id} has nothing to pay.`)
  return createIntent(world, book, {
    created,
    session: session.id,
    invoice: null,
    customer,
    amount,
    currency,
    description: null,
    metadata: session.intent_metadata,
  })
}

function decline(world: World, book: Book, paying: Paying): SessionRecord {
  const intent = intentFor(world, book, paying)
  const { params: payment, buyer, created } = paying
  attempt(world, book, { intent, payment, buyer, created })
  return book.sessions.put({ ...paying.session, payment_intent: intent.id })
}

function charge(world: World, book: Book, paying: Paying): SessionRecord {
  const { session, params: payment, buyer, created } = paying
  const intent = attempt(world, book, { intent: intentFor(world, book, paying), payment, buyer, created })
  const next: SessionRecord = {
    ...session,
    payment_intent: intent.id,
    payment_status: intent.status === 'succeeded' ? 'paid' : 'unpaid',
  }
  return complete(world, book, invoiced(world, book, next, created), created)
}

/** Adds the invoice of a session with invoice creation, once it is paid. */
export function invoiced(world: World, book: Book, session: SessionRecord, created: number): SessionRecord {
  const intent = book.intents.get(session.payment_intent ?? '')
  const { customer, currency } = session
  const due = session.invoice_creation && session.mode === 'payment' && session.payment_status === 'paid'
  if (!due || !intent || customer === null || currency === null) return session
  const { amount_discount, amount_shipping, amount_tax } = session
  const invoice = issueInvoice(world, book, {
    intent,
    draft: {
      created,
      customer,
      subscription: null,
      billing_reason: 'manual',
      currency,
      amount_discount,
      amount_shipping,
      amount_tax,
      subtotal: session.amount_subtotal ?? 0,
      total: session.amount_total ?? 0,
      description: 'Checkout',
      metadata: {},
      subscription_metadata: {},
      period_start: created,
      period_end: created,
    },
  })
  return { ...session, invoice: invoice.id }
}

function subscribe(world: World, book: Book, { session, params, buyer, created }: Paying): SessionRecord {
  const { customer } = session
  if (customer === null) throw new DoubleMisuse(`${session.id} has no customer.`)
  const { subscription, invoice } = startSubscription(world, book, { session, customer, created })
  const started = { ...session, subscription: subscription.id, invoice: invoice.id }
  const intent = intentBehind(book, invoice.id)
  if (!intent) return completeFree(world, book, started, created)
  const tried = attempt(world, book, { intent, payment: params, buyer, created })
  followIntent(world, book, tried, created)
  const payment_status = tried.status === 'succeeded' ? 'paid' : 'unpaid'
  return complete(world, book, { ...started, payment_intent: intent.id, payment_status }, created)
}

function complete(world: World, book: Book, next: SessionRecord, created: number): SessionRecord {
  const session = book.sessions.put({ ...next, status: 'complete' })
  const subject = { kind: 'session', record: session } as const
  emit(world, book, { type: 'checkout.session.completed', subject, created })
  return session
}
