import type { ClaimState } from '../../schema/payment/claim-state.ts'
import type { PaymentRow } from '../../schema/payment/payment-row.ts'
import { isTimely } from '../payments/evidence.ts'
import { type CheckoutSession, intentOf } from '../stripe/checkout-session.ts'
import type { SessionAnswer } from '../stripe/stripe-api.ts'
import type { OpenClaim } from './open-claim.ts'

/** What is written about a claim. `next_attempt_at` is ms since 1970, or null when none is planned. */
export type Decision = { state: ClaimState; reason: string; next_attempt_at: number | null }

/** The moment of a decision: `random` is in [0, 1), `backoffMs` the shortest wait after a failed try. */
export type Moment = { now: number; random: number; backoffMs: number }

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** When a delayed payment is asked about again, counted from its first claim; the last is the end. stripe.md */
const pendingChecks = [
  minute,
  10 * minute,
  hour,
  6 * hour,
  ...Array.from({ length: 14 }, (_, index) => (index + 1) * day),
]

/** An open checkout expires within 24 hours of its making, so the check after 25 finds it paid or expired. */
const openChecks = [minute, 10 * minute, hour, 6 * hour, 25 * hour]

const longestBackoff = 5 * minute

/** Decides what an answer of Stripe means for a claim and when to ask again. Only `complete` and paid counts. */
export function decideState(answer: SessionAnswer, claim: OpenClaim, moment: Moment): Decision {
  switch (answer.kind) {
    case 'session':
      return decideSession(answer.session, claim, moment.now)
    case 'not_found':
      return decideNotFound(claim, moment.now)
    case 'wrong_mode':
      return { ...wrongMode(answer.exists_in), next_attempt_at: moment.now + day }
    case 'key_rejected':
    case 'permission_missing':
      return final('key_rejected', keyRefused(answer))
    case 'rate_limited':
      return {
        state: 'retrying',
        reason: 'Stripe asked Revtrail to slow down. It is asked again by itself; nothing is lost.',
        next_attempt_at: retryAt(claim.attempts, moment, answer.retry_after_ms ?? 0),
      }
    case 'unavailable':
      return {
        state: 'retrying',
        reason: `Stripe gave ${answer.why}. It is asked again by itself; nothing is lost.`,
        next_attempt_at: retryAt(claim.attempts, moment, 0),
      }
  }
}

/** Full jitter: any wait up to a bound that doubles with each try, between `backoffMs` and 5 minutes. */
export function retryAt(attempts: number, { now, random, backoffMs }: Moment, atLeastMs: number): number {
  const bound = Math.min(longestBackoff, backoffMs * 2 ** (attempts + 1))
  return Math.round(now + Math.max(backoffMs, atLeastMs, random * bound))
}

/** Why a key is of no use, in the owner's words. Stripe's own message names the permission that is missing. */
export function keyRefused(answer: { kind: 'key_rejected' | 'permission_missing'; message: string }): string {
  return answer.kind === 'key_rejected'
    ? `Stripe refused the key: "${answer.message}" Save a new key under Settings > Revenue; waiting payments are then looked up at once.`
    : `The key may not read Checkout Sessions: "${answer.message}" Allow it in Stripe or save another key under Settings > Revenue; waiting payments are then looked up.`
}

/** A claim of the mode that the key is not of. */
export function wrongMode(mode: 'live' | 'test'): Decision {
  const other = mode === 'live' ? 'test' : 'live'
  return final(
    'wrong_mode',
    `This is a ${mode} payment, but the saved key is a ${other} key. It is not counted; it is looked up when a ${mode} key is saved under Settings > Revenue.`,
  )
}

const tooOld: Decision = {
  state: 'rejected',
  reason:
    'The checkout was older than 30 days when this page was opened, as with an old link or bookmark. This visit gets no credit for it.',
  next_attempt_at: null,
}
const counted: Decision = {
  state: 'paid',
  reason: 'Confirmed by Stripe.',
  next_attempt_at: null,
}
const nothingToPay: Decision = {
  state: 'paid',
  reason: 'Completed with nothing to pay now, as with a free order or a trial. It adds no revenue.',
  next_attempt_at: null,
}

/** A claim of an id that is not on the account's list of sessions. */
export const unlisted: Decision = {
  state: 'not_found',
  reason:
    'The connected Stripe account has no such payment among its Checkout Sessions: the id was made up, or it belongs to another account. It is not counted.',
  next_attempt_at: null,
}

/** A claim on a site that was sent too many ids that Stripe does not know, to be looked up with others at a time (ms). */
export function waitsForList(at: number): Decision {
  return {
    state: 'retrying',
    reason:
      'Many made-up payments were claimed on this site today, so that this one is looked up together with others instead of by itself. Nothing is lost.',
    next_attempt_at: at,
  }
}

/** Decides about a claim whose payment was counted before it was claimed, without a question to Stripe. */
export function decideCounted(payment: PaymentRow, claim: OpenClaim): Decision {
  if (!isTimely(claim.first_claimed_at, payment.charged_at)) return tooOld
  return payment.amount === 0 ? nothingToPay : counted
}

function final(state: ClaimState, reason: string): Decision {
  return { state, reason, next_attempt_at: null }
}

function decideNotFound(claim: OpenClaim, now: number): Decision {
  // A session that a buyer returns from exists, so a second "no" leaves no doubt, and strangers who make up ids cost
  // two reads each and not more.
  if (claim.state === 'not_found')
    return final(
      'not_found',
      'The connected Stripe account does not know this payment: the id was made up, or it belongs to another account. It is not counted.',
    )
  return {
    state: 'not_found',
    reason: 'The connected Stripe account does not know this payment. It is asked once more in a minute.',
    next_attempt_at: now + minute,
  }
}

function decideSession(session: CheckoutSession, claim: OpenClaim, now: number): Decision {
  if (!isTimely(claim.first_claimed_at, session.created * 1000)) return tooOld
  const recheck = (checks: readonly number[]) =>
    checks.map((after) => claim.first_claimed_at + after).find((at) => at > now) ?? null
  switch (session.status) {
    case 'complete':
      return decideComplete(session, recheck(pendingChecks))
    case 'expired':
      return final('expired', 'The checkout expired before it was paid. It is not counted.')
    case 'open':
      return decideOpen(recheck(openChecks))
    default:
      return notYetKnown(recheck(pendingChecks))
  }
}

function decideComplete(session: CheckoutSession, next: number | null): Decision {
  switch (session.payment_status) {
    case 'paid':
      if (session.amount_total === null || session.currency === null) return notYetKnown(next)
      return counted
    case 'no_payment_required':
      if (session.currency !== null && session.amount_total !== null) return nothingToPay
      return final(
        'paid',
        'Completed without a payment, as when a card is saved for later. There is no amount to count.',
      )
    case 'unpaid':
      return decideUnpaid(session, next)
    default:
      return notYetKnown(next)
  }
}

/** A complete session that is not paid: a delayed method under way, or one that failed. */
function decideUnpaid(session: CheckoutSession, next: number | null): Decision {
  const status = intentOf(session)?.status
  if (status === 'requires_payment_method' || status === 'canceled')
    return final(
      'unpaid',
      'The buyer chose a delayed payment method, and the bank turned it down. It is not counted.',
    )
  if (next === null)
    return final(
      'unpaid',
      'The money of a delayed payment method did not arrive within 14 days, so Revtrail stopped asking. It is not counted.',
    )
  return {
    state: 'pending',
    reason:
      'The buyer chose a payment method that takes days, and the money is on its way. Stripe is asked again until it arrives.',
    next_attempt_at: next,
  }
}

function decideOpen(next: number | null): Decision {
  if (next === null) return final('unpaid', 'The checkout was never finished. It is not counted.')
  return {
    state: 'unpaid',
    reason: 'The checkout is not finished. Stripe is asked again until it expires, a day after it began.',
    next_attempt_at: next,
  }
}

function notYetKnown(next: number | null): Decision {
  if (next === null)
    return final(
      'unpaid',
      'For 14 days Stripe gave a status that Revtrail does not know, so it stopped asking. It is not counted.',
    )
  return {
    state: 'pending',
    reason:
      'Stripe gave a status that Revtrail does not know. It is asked again; nothing is counted until it is paid.',
    next_attempt_at: next,
  }
}
