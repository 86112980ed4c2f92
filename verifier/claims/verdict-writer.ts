import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import type { FoundPayment } from '../payments/found-payment.ts'
import type { Booking, LinkHostLookup, PaymentBook } from '../payments/payment-book.ts'
import { type ClaimStateRow, writeClaimStates } from './claim-states.ts'
import type { Verdict } from './claim-verdict.ts'
import type { Decision } from './decide-state.ts'
import { claimKey, type OpenClaim } from './open-claim.ts'

/** `domainOf` gives a site's domain for what the owner is told, `now` is ms since 1970. */
export type StateContext = {
  client: ClickHouseClient
  domainOf: (siteId: number) => string
  now: number
  log: Logger
}

export type VerdictContext = StateContext & { book: PaymentBook; linkHosts: LinkHostLookup }

/**
 * Writes verdicts: the payments first, then the states of their claims. A kill between the two, or before either,
 * leaves claims that are asked about again, and the same payment replaces itself.
 */
export async function writeVerdicts(verdicts: readonly Verdict[], context: VerdictContext): Promise<void> {
  const bookings = await bookPaid(verdicts, context)
  await writeStates(verdicts, (claim) => bookings.get(claimKey(claim)), context)
}

/** Writes the states of claims, given what became of their payments. */
export async function writeStates(
  verdicts: readonly Verdict[],
  bookingOf: (claim: OpenClaim) => Booking | undefined,
  { client, domainOf, now, log }: StateContext,
): Promise<void> {
  if (verdicts.length === 0) return
  const states = verdicts.map((verdict): ClaimStateRow => {
    const { claim, asked, as_of } = verdict
    const { decision, payment_id } = afterBooking(verdict, bookingOf(claim), domainOf)
    return {
      site_id: claim.site_id,
      stripe_session_id: claim.stripe_session_id,
      ...decision,
      attempts: claim.attempts + (asked ? 1 : 0),
      first_claimed_at: claim.first_claimed_at,
      payment_id,
      verified_at: now,
      version: as_of > claim.version ? as_of : claim.version + 1n,
    }
  })
  await writeClaimStates(client, states)
  const counts: Record<string, number> = {}
  for (const { state } of states) counts[state] = (counts[state] ?? 0) + 1
  log.info({ states: counts }, 'claims decided')
}

/** Counts what was paid; gives what became of it by the claim's key. */
async function bookPaid(
  verdicts: readonly Verdict[],
  { book, linkHosts }: VerdictContext,
): Promise<Map<string, Booking>> {
  const paid = verdicts.flatMap((verdict) =>
    verdict.paid ? [{ key: claimKey(verdict.claim), ...verdict.paid }] : [],
  )
  const bookings = new Map<string, Booking>()
  for (const ofAccount of Map.groupBy(paid, ({ account }) => account.name).values()) {
    const [first] = ofAccount
    if (!first) continue
    const founds = new Map<string, FoundPayment>()
    for (const { found } of ofAccount) founds.set(found.payment_id, found)
    const booked = await book.take(first.account, [...founds.values()], linkHosts)
    for (const { key, found } of ofAccount) {
      const booking = booked.get(found.payment_id)
      if (booking) bookings.set(key, booking)
    }
  }
  return bookings
}

function afterBooking(
  { claim, decision }: Verdict,
  booking: Booking | undefined,
  domainOf: (siteId: number) => string,
): { decision: Decision; payment_id: string } {
  if (!booking || decision.state !== 'paid') return { decision, payment_id: '' }
  if (booking.kind === 'unassigned') return { decision: rejected(booking.reason), payment_id: '' }
  const { row } = booking
  if (row.site_id === claim.site_id) return { decision, payment_id: row.payment_id }
  const domain = domainOf(row.site_id) || 'another site'
  return {
    decision: rejected(`It belongs to ${domain}, which shares this Stripe account, and is counted there.`),
    payment_id: '',
  }
}

function rejected(reason: string): Decision {
  return { state: 'rejected', reason, next_attempt_at: null }
}
