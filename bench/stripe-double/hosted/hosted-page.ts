import { linkBySlug } from '../acts/payment-links.ts'
import type { SessionRecord } from '../books/records.ts'
import { type Book, find, type World } from '../books/world.ts'
import type { Controls } from '../controls/controls.ts'
import { noticePage, paymentPage } from './hosted-page-html.ts'

export type Page = { status: number; html: string; location?: string }
type Site = { world: World; controls: Controls }
type Visit = { method: string; url: URL; form: URLSearchParams }

/** UTM codes longer than this are not carried to the redirect (Stripe's limit). */
const MAX_UTM_LENGTH = 150
const LINK_PATH = /^\/(?:pay\/)?((?:test_)?[A-Za-z0-9]{18})$/
const SESSION_PATH = /^\/c\/pay\/(cs_(?:test|live)_[A-Za-z0-9]+)$/

/**
 * Plays buy.stripe.com and checkout.stripe.com. `GET /pay/<slug>` (also `/<slug>`, for a browser that maps
 * buy.stripe.com here) makes a session on each load; `GET` and `POST /c/pay/<session>` show and pay it. Gives
 * nothing for a path that is no page.
 */
export function answerPage(site: Site, { method, url, form }: Visit): Page | undefined {
  const slug = LINK_PATH.exec(url.pathname)?.[1]
  if (method === 'GET' && slug !== undefined) return openLink(site, slug, url.searchParams)
  const id = SESSION_PATH.exec(url.pathname)?.[1]
  const found = id === undefined ? undefined : find(site.world, (book) => book.sessions.get(id))
  if (!found) return undefined
  if (found.row.status !== 'open') return closedPage(found.row)
  return method === 'POST' ? payPage(site, found.row, form) : show(found.book, found.row)
}

function openLink({ world, controls }: Site, slug: string, query: URLSearchParams): Page | undefined {
  const found = linkBySlug(world, slug)
  if (!found) return undefined
  const { book, row: link } = found
  if (!link.active) {
    return notice('This link is no longer active', link.inactive_message ?? 'The shop has switched it off.')
  }
  const reference = query.get('client_reference_id')
  const { id } = controls.createCheckoutSession({
    account: book.account.id,
    livemode: book.livemode,
    payment_link: link.id,
    client_reference_id: reference !== null && /^[A-Za-z0-9_-]{1,200}$/.test(reference) ? reference : null,
    customer_email: query.get('locked_prefilled_email') ?? query.get('prefilled_email'),
    carried: carriedFrom(query),
  })
  const session = book.sessions.get(id)
  return session && show(book, session)
}

function carriedFrom(query: URLSearchParams): string {
  const carried = new URLSearchParams()
  for (const [name, value] of query) {
    if (name.startsWith('utm_') && value.length <= MAX_UTM_LENGTH) carried.append(name, value)
  }
  return carried.toString()
}

function show(book: Book, session: SessionRecord): Page {
  const link = book.links.get(session.payment_link ?? '')
  const product = link?.name ?? 'Your order'
  return { status: 200, html: paymentPage({ session, merchant: book.account.name, product }) }
}

function payPage({ controls }: Site, session: SessionRecord, form: URLSearchParams): Page {
  const email = form.get('email') ?? ''
  controls.pay(session.id, {
    method: form.get('method') === 'bank_debit' ? 'bank_debit' : 'card',
    ...(email !== '' && { email }),
  })
  if (form.get('action') === 'pay_and_close') {
    return notice('Payment received', 'You can close this tab now. Nobody sends you back to the shop.')
  }
  const location = redirectOf(session)
  return location === undefined
    ? notice('Thanks for your payment', 'The shop has no confirmation page of its own.')
    : { status: 303, html: '', location }
}

/** Where the buyer goes after paying, with the session filled in and the UTM codes carried on. */
function redirectOf(session: SessionRecord): string | undefined {
  if (session.success_url === null) return undefined
  const filled = session.success_url.replaceAll('{CHECKOUT_SESSION_ID}', session.id)
  if (session.carried === '') return filled
  const [address = '', ...fragment] = filled.split('#')
  const joint = address.includes('?') ? '&' : '?'
  return [`${address}${joint}${session.carried}`, ...fragment].join('#')
}

function closedPage(session: SessionRecord): Page {
  return session.status === 'expired'
    ? notice('This page has expired', 'Go back to the shop and start again.')
    : notice('You are all done here', 'This payment was already completed.')
}

function notice(title: string, text: string): Page {
  return { status: 200, html: noticePage(title, text) }
}
