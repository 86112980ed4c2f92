import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { type BesideSession, type FoundPayment, foundSession, isPaid } from '../payments/found-payment.ts'
import type { Booking, PaymentBook } from '../payments/payment-book.ts'
import type { CheckoutSession } from '../stripe/checkout-session.ts'
import { type ConnectedAccount, usableConnection } from '../stripe/connected-accounts.ts'
import type { LinkHosts } from '../stripe/link-hosts.ts'
import { decideState } from './decide-state.ts'
import { readOpenClaimsOf } from './open-claims-of.ts'
import { writeStates } from './verdict-writer.ts'

/** A Checkout Session as Stripe has it, as of a version, with what was looked up beside it. */
export type SessionNews = BesideSession & { session: CheckoutSession; as_of: bigint }

export type NewsContext = {
  client: ClickHouseClient
  book: PaymentBook
  linkHosts: LinkHosts
  domainOf: (siteId: number) => string
  now: () => number
  log: Logger
}

/**
 * Takes in what Stripe says about sessions, from whatever list or event: what is paid is counted, claimed or not, and
 * claims that waited for it are decided.
 *
 * @returns what became of each payment, by its id
 */
export async function takeSessions(
  account: ConnectedAccount,
  news: readonly SessionNews[],
  context: NewsContext,
): Promise<Map<string, Booking>> {
  const { client, book, linkHosts, now } = context
  const founds = news.flatMap(({ session, as_of, ...beside }) =>
    isPaid(session) ? (foundSession(session, as_of, beside) ?? []) : [],
  )
  await learnLinks(account, founds, linkHosts)
  const bookings = await book.take(account, founds, linkHosts)
  const claims = await readOpenClaimsOf(client, {
    site_ids: account.sites.map((site) => site.site_id),
    stripe_session_ids: news.map(({ session }) => session.id),
  })
  const byId = new Map(news.map((each) => [each.session.id, each]))
  const verdicts = claims.flatMap((claim) => {
    const found = byId.get(claim.stripe_session_id)
    if (!found) return []
    const { session, as_of } = found
    const decision = decideState({ kind: 'session', session }, claim, { now: now(), random: 0, backoffMs: 0 })
    return [{ claim, decision, asked: false, paid: null, as_of }]
  })
  await writeStates(verdicts, (claim) => bookings.get(claim.stripe_session_id), { ...context, now: now() })
  return bookings
}

/** Looks up where the links of these payments lead, where that decides between several sites. */
export async function learnLinks(
  account: ConnectedAccount,
  founds: readonly FoundPayment[],
  linkHosts: LinkHosts,
): Promise<void> {
  const open = account.sites.length > 1 ? usableConnection(account) : null
  if (!open) return
  const named = new Set(account.sites.flatMap((site) => site.payment_links))
  const ids = founds.map((found) => found.payment_link_id).filter((id) => id !== '' && !named.has(id))
  await linkHosts.learn(open, ids)
}
