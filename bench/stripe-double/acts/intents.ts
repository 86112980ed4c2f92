import type { z } from 'zod'
import type { Buyer, IntentRecord } from '../books/records.ts'
import {
  accountOf,
  type Book,
  bookOf,
  DoubleMisuse,
  emit,
  locate,
  seconds,
  type World,
} from '../books/world.ts'
import type { intentParams, momentParams, payParams } from '../params.ts'
import { buyerFor } from './buyers.ts'
import { chargeBehind, credit, settlementFor } from './charges.ts'

type Draft = Omit<IntentRecord, 'id' | 'livemode' | 'status' | 'latest_charge' | 'method' | 'presentment'>
/** How somebody pays, without who. */
export type Payment = Pick<z.output<typeof payParams>, 'method' | 'settlement' | 'presentment' | 'balance'>
type Attempt = { intent: IntentRecord; payment: Payment; buyer: Buyer; created: number }

/** A payment that nobody has tried to make yet. */
export function createIntent(world: World, book: Book, draft: Draft): IntentRecord {
  const intent = book.intents.put({
    ...draft,
    id: `pi_3${world.random.token(23)}`,
    livemode: book.livemode,
    status: 'requires_payment_method',
    latest_charge: null,
    method: 'card',
    presentment: null,
  })
  tell(world, book, { type: 'payment_intent.created', intent, created: draft.created })
  return intent
}

const outcomes = {
  card: 'succeeded',
  bank_debit: 'processing',
  declined_card: 'requires_payment_method',
} as const

/** One try to pay: a charge that succeeds, is on its way, or was declined. */
export function attempt(
  world: World,
  book: Book,
  { intent, payment, buyer, created }: Attempt,
): IntentRecord {
  const method = payment.method === 'bank_debit' ? 'bank_debit' : 'card'
  const charge = book.charges.put({
    id: `${method === 'card' ? 'ch' : 'py'}_3${world.random.token(23)}`,
    created,
    livemode: book.livemode,
    payment_intent: intent.id,
    customer: intent.customer,
    amount: intent.amount,
    amount_refunded: 0,
    currency: intent.currency,
    status: ({ card: 'succeeded', bank_debit: 'pending', declined_card: 'failed' } as const)[payment.method],
    disputed: false,
    balance_transaction: null,
    method,
    description: intent.description,
    metadata: intent.metadata,
    buyer,
    presentment: payment.presentment,
    settlement: settlementFor(book, intent.currency, payment.settlement),
  })
  if (payment.method === 'card' && payment.balance === 'now') credit(world, book, charge, created)
  const tried = book.intents.put({
    ...intent,
    status: outcomes[payment.method],
    latest_charge: charge.id,
    method,
    presentment: payment.presentment,
  })
  tellOutcome(world, book, tried, created)
  return tried
}

/** A bank debit arrives, days after the buyer left. */
export function settle(world: World, book: Book, intent: IntentRecord, created: number): IntentRecord {
  credit(world, book, chargeUnderWay(book, intent), created)
  const settled = book.intents.put({ ...intent, status: 'succeeded' })
  tellOutcome(world, book, settled, created)
  return settled
}

/** A bank debit bounces. */
export function bounce(world: World, book: Book, intent: IntentRecord, created: number): IntentRecord {
  book.charges.put({ ...chargeUnderWay(book, intent), status: 'failed' })
  const bounced = book.intents.put({ ...intent, status: 'requires_payment_method' })
  tellOutcome(world, book, bounced, created)
  return bounced
}

function chargeUnderWay(book: Book, intent: IntentRecord) {
  const charge = book.charges.get(intent.latest_charge ?? '')
  if (!charge || intent.status !== 'processing')
    throw new DoubleMisuse(`${intent.id} has no debit under way.`)
  return charge
}

/** The balance transaction of a charge that was captured asynchronously. */
export function postBalance(world: World, id: string, params: z.output<typeof momentParams>): void {
  const { book, row: charge } = locate(world, id, (candidate) => chargeBehind(candidate, id))
  if (charge.status !== 'succeeded' || charge.balance_transaction !== null) {
    throw new DoubleMisuse(`${charge.id} waits for no balance transaction.`)
  }
  const created = seconds(world, params.at)
  const record = credit(world, book, charge, created)
  emit(world, book, { type: 'charge.updated', subject: { kind: 'charge', record }, created })
}

/** A payment of the owner's own back end, as Elements and mobile apps make them. */
export function createOwnIntent(world: World, params: z.output<typeof intentParams>): IntentRecord {
  const book = bookOf(accountOf(world, params.account), params.livemode)
  const { customer, amount, description, metadata } = params
  if (customer !== null && !book.customers.get(customer)) {
    throw new DoubleMisuse(`That account and mode hold no ${customer}.`)
  }
  const currency = params.currency ?? book.account.settles_in[0]
  const created = seconds(world, params.at)
  const links = { session: null, invoice: null }
  return createIntent(world, book, { ...links, created, customer, amount, currency, description, metadata })
}

/** The buyer pays it. */
export function confirmIntent(world: World, id: string, params: z.output<typeof payParams>): IntentRecord {
  const { book, row: intent } = locate(world, id, (candidate) => candidate.intents.get(id))
  if (intent.status !== 'requires_payment_method' || intent.session !== null || intent.invoice !== null) {
    throw new DoubleMisuse(`${id} is ${intent.status}, or not the owner's own to confirm.`)
  }
  const known = book.customers.get(intent.customer ?? '')?.buyer
  const buyer = known ?? buyerFor(world.random, params, null)
  return attempt(world, book, { intent, payment: params, buyer, created: seconds(world, params.at) })
}

export function cancelIntent(world: World, id: string, params: z.output<typeof momentParams>): IntentRecord {
  const { book, row } = locate(world, id, (candidate) => candidate.intents.get(id))
  if (row.status !== 'requires_payment_method') throw new DoubleMisuse(`${id} is ${row.status}.`)
  const intent = book.intents.put({ ...row, status: 'canceled' })
  tell(world, book, { type: 'payment_intent.canceled', intent, created: seconds(world, params.at) })
  return intent
}

const outcomeEvents = {
  succeeded: ['charge.succeeded', 'payment_intent.succeeded'],
  processing: ['charge.pending', 'payment_intent.processing'],
  requires_payment_method: ['charge.failed', 'payment_intent.payment_failed'],
  canceled: [undefined, 'payment_intent.canceled'],
} as const

function tellOutcome(world: World, book: Book, intent: IntentRecord, created: number) {
  const [chargeEvent, intentEvent] = outcomeEvents[intent.status]
  const record = book.charges.get(intent.latest_charge ?? '')
  if (chargeEvent && record) {
    emit(world, book, { type: chargeEvent, subject: { kind: 'charge', record }, created })
  }
  tell(world, book, { type: intentEvent, intent, created })
}

function tell(world: World, book: Book, news: { type: string; intent: IntentRecord; created: number }) {
  const subject = { kind: 'intent', record: news.intent } as const
  emit(world, book, { type: news.type, subject, created: news.created })
}
