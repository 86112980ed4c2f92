import type { z } from 'zod'
import type { LinkRecord, SessionRecord } from '../books/records.ts'
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
import type { sessionParams } from '../params.ts'
import { customerIn } from './customers.ts'

type Params = z.output<typeof sessionParams>

/** A new open session, as the merchant's server or a Payment Link's page makes it. */
export function createSession(world: World, params: Params): SessionRecord {
  const book = bookOf(accountOf(world, params.account), params.livemode)
  const link = params.payment_link === undefined ? undefined : linkIn(book, params.payment_link)
  const created = seconds(world, params.at)
  return book.sessions.put({
    id: `cs_${book.livemode ? 'live' : 'test'}_a1${world.random.token(56)}`,
    created,
    livemode: book.livemode,
    mode: params.mode ?? link?.mode ?? 'payment',
    status: 'open',
    payment_status: 'unpaid',
    ...amounts(book, params, link),
    presentment: null,
    client_reference_id: params.client_reference_id,
    metadata: { ...link?.metadata, ...params.metadata },
    intent_metadata: params.payment_intent_data?.metadata ?? link?.intent_metadata ?? {},
    recurring: recurringOf(book, params, link),
    payment_link: link?.id ?? null,
    success_url: link ? link.redirect_url : params.success_url,
    customer: params.customer === null ? null : customerIn(book, params.customer).id,
    customer_creation: params.customer_creation,
    customer_email: params.customer_email,
    buyer: null,
    expires_at: created + params.expires_in_seconds,
    payment_intent: null,
    subscription: null,
    invoice: null,
    invoice_creation: params.invoice_creation,
    setup_intent: null,
    carried: params.carried,
  })
}

function linkIn(book: Book, id: string): LinkRecord {
  const link = book.links.get(id)
  if (!link) throw new DoubleMisuse(`That account and mode hold no ${id}.`)
  return link
}

function recurringOf(book: Book, params: Params, link: LinkRecord | undefined): SessionRecord['recurring'] {
  if ((params.mode ?? link?.mode) !== 'subscription') return null
  const { subtotal } = priceOf(book, params, link)
  const { interval, interval_count } = params.recurring ??
    link?.recurring ?? { interval: 'month', interval_count: 1 }
  const { metadata = link?.subscription_metadata ?? {}, trial_period_days = link?.trial_days ?? 0 } =
    params.subscription_data ?? {}
  const plan = { name: link?.name ?? 'Sample product', amount: subtotal, interval, interval_count }
  return { ...plan, metadata, trial_days: trial_period_days }
}

function priceOf(book: Book, params: Params, link: LinkRecord | undefined) {
  const currency =
    params.currency === undefined ? (link?.currency ?? book.account.settles_in[0]) : params.currency
  return { subtotal: params.amount ?? link?.amount ?? 2900, currency }
}

/** Setup mode has no money at all: Stripe sends nulls, the currency included. A trial begins with nothing. */
function amounts(book: Book, params: Params, link: LinkRecord | undefined) {
  const { amount_discount, amount_tax, amount_shipping } = params
  const none = { amount_discount: 0, amount_tax: 0, amount_shipping: 0 }
  if (params.mode === 'setup') return { ...none, currency: null, amount_subtotal: null, amount_total: null }
  const { subtotal, currency } = priceOf(book, params, link)
  if ((recurringOf(book, params, link)?.trial_days ?? 0) > 0) {
    return { ...none, currency, amount_subtotal: 0, amount_total: 0 }
  }
  const total = subtotal - amount_discount + amount_tax + amount_shipping
  if (total < 0) throw new DoubleMisuse('The discount is larger than the price.')
  if (total > 0 && currency === null) throw new DoubleMisuse('Only a session of nothing may lack a currency.')
  return {
    currency,
    amount_subtotal: subtotal,
    amount_total: total,
    amount_discount,
    amount_tax,
    amount_shipping,
  }
}

/** A session, with its book; throws when no account holds it. */
export function locateSession(world: World, id: string): { book: Book; row: SessionRecord } {
  return locate(world, id, (candidate) => candidate.sessions.get(id))
}

/** Puts an open session to `expired`; nobody can pay it any more. `at` in ms. */
export function expireSession(world: World, id: string, at: number | undefined): SessionRecord {
  const { book, row } = locateSession(world, id)
  if (row.status !== 'open') throw new DoubleMisuse(`${id} is ${row.status}, not open.`)
  return expire(world, book, { ...row, expires_at: Math.min(row.expires_at, seconds(world, at)) })
}

/** As `expireSession`, for a session that is known to be open. */
export function expire(world: World, book: Book, row: SessionRecord): SessionRecord {
  const session = book.sessions.put({ ...row, status: 'expired' })
  emit(world, book, {
    type: 'checkout.session.expired',
    subject: { kind: 'session', record: session },
    created: row.expires_at,
  })
  return session
}
