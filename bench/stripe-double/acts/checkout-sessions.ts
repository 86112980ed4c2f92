import type { z } from 'zod'
import type { LinkRecord, SessionRecord } from '../books/records.ts'
import {
  accountOf,
  allBooks,
  type Book,
  bookOf,
  DoubleMisuse,
  emit,
  locate,
  seconds,
  type World,
} from '../books/world.ts'
import type { sessionParams } from '../params.ts'

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
    payment_link: link?.id ?? null,
    success_url: link ? link.redirect_url : params.success_url,
    customer_email: params.customer_email,
    buyer: null,
    expires_at: created + params.expires_in_seconds,
    payment_intent: null,
    subscription: null,
    invoice: null,
    setup_intent: null,
    carried: params.carried,
  })
}

function linkIn(book: Book, id: string): LinkRecord {
  const link = book.links.get(id)
  if (!link) throw new DoubleMisuse(`That account and mode hold no ${id}.`)
  return link
}

/** Setup mode has no money at all: Stripe sends nulls, the currency included. */
function amounts(book: Book, params: Params, link: LinkRecord | undefined) {
  const { amount_discount, amount_tax, amount_shipping } = params
  if (params.mode === 'setup') {
    const none = { currency: null, amount_subtotal: null, amount_total: null }
    return { ...none, amount_discount: 0, amount_tax: 0, amount_shipping: 0 }
  }
  const subtotal = params.amount ?? link?.amount ?? 2900
  const total = subtotal - amount_discount + amount_tax + amount_shipping
  const currency =
    params.currency === undefined ? (link?.currency ?? book.account.settles_in[0]) : params.currency
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

function expire(world: World, book: Book, row: SessionRecord): SessionRecord {
  const session = book.sessions.put({ ...row, status: 'expired' })
  emit(world, book, {
    type: 'checkout.session.expired',
    subject: { kind: 'session', record: session },
    created: row.expires_at,
  })
  return session
}

/**
 * Stripe expires sessions by itself. This returns the sweep that does it, to be called before each answer; it
 * looks at all sessions only when one may be due, so that 100,000 of them cost nothing.
 */
export function createExpiry(world: World): { sweep: () => void; watch: (session: SessionRecord) => void } {
  let nextDue = Number.POSITIVE_INFINITY

  function sweep() {
    const now = seconds(world, undefined)
    if (now < nextDue) return
    nextDue = Number.POSITIVE_INFINITY
    for (const book of allBooks(world)) {
      const open = [...book.sessions.values()].filter((session) => session.status === 'open')
      for (const session of open) {
        if (session.expires_at <= now) expire(world, book, session)
        else nextDue = Math.min(nextDue, session.expires_at)
      }
    }
  }

  return {
    sweep,
    watch: (session) => {
      nextDue = Math.min(nextDue, session.expires_at)
    },
  }
}
