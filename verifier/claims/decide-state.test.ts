import { describe, expect, test } from 'vitest'
import type { CheckoutSession } from '../stripe/checkout-session.ts'
import type { SessionAnswer } from '../stripe/stripe-api.ts'
import { decideState, retryAt } from './decide-state.ts'
import { decideUnasked } from './decide-unasked.ts'
import type { OpenClaim } from './open-claim.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const claimedAt = Date.parse('2026-11-24T12:00:00Z')

const claim: OpenClaim = {
  site_id: 1,
  stripe_session_id: 'cs_test_a1b2c3d4e5f6',
  first_claimed_at: claimedAt,
  state: 'new',
  attempts: 0,
  version: 0n,
}

const session: CheckoutSession = {
  id: claim.stripe_session_id,
  object: 'checkout.session',
  livemode: false,
  created: claimedAt / 1000 - 60,
  mode: 'payment',
  status: 'complete',
  payment_status: 'paid',
  amount_total: 2900,
  currency: 'usd',
  presentment_details: null,
  payment_link: '',
  client_reference_id: null,
  metadata: '',
  customer: '',
  subscription: '',
  invoice: '',
  success_url: '',
  payment_intent: null,
}

function decide(answer: SessionAnswer, { after = 0, of = claim } = {}) {
  return decideState(answer, of, { now: claimedAt + after, random: 0.5, backoffMs: 1000 })
}

/** What becomes of a session, and how long after the claim Stripe is asked again. */
function become(change: Partial<CheckoutSession>, after = 0) {
  const { state, next_attempt_at } = decide(
    { kind: 'session', session: { ...session, ...change } },
    { after },
  )
  return [state, next_attempt_at === null ? null : next_attempt_at - claimedAt]
}

const intent = (status: string) => ({ id: 'pi_1', status, metadata: '', latest_charge: null })
const unpaid = { payment_status: 'unpaid' }

describe('a session is', () => {
  test.each<[string, Partial<CheckoutSession>, number, string, number | null]>([
    ['paid', {}, 0, 'paid', null],
    ['without anything to pay', { payment_status: 'no_payment_required', amount_total: 0 }, 0, 'paid', null],
    [
      'a saved card',
      { payment_status: 'no_payment_required', amount_total: null, currency: null },
      0,
      'paid',
      null,
    ],
    ['paid, of an unknown amount', { amount_total: null }, 0, 'pending', minute],
    ['delayed, at once', unpaid, 0, 'pending', minute],
    ['delayed, after a minute', unpaid, minute, 'pending', 10 * minute],
    ['delayed, after ten', unpaid, 10 * minute, 'pending', hour],
    ['delayed, after an hour', unpaid, hour, 'pending', 6 * hour],
    ['delayed, after six', unpaid, 6 * hour, 'pending', day],
    ['delayed, after three days and a bit', unpaid, 3 * day + 5, 'pending', 4 * day],
    ['delayed, just before the end', unpaid, 14 * day - 1, 'pending', 14 * day],
    ['delayed, at the end', unpaid, 14 * day, 'unpaid', null],
    [
      'delayed, under way at the bank',
      { ...unpaid, payment_intent: intent('processing') },
      0,
      'pending',
      minute,
    ],
    ['turned down', { ...unpaid, payment_intent: intent('requires_payment_method') }, 0, 'unpaid', null],
    ['cancelled', { ...unpaid, payment_intent: intent('canceled') }, 0, 'unpaid', null],
    ['open', { status: 'open', ...unpaid }, 0, 'unpaid', minute],
    ['open after six hours', { status: 'open', ...unpaid }, 6 * hour, 'unpaid', 25 * hour],
    ['open after all', { status: 'open', ...unpaid }, 25 * hour, 'unpaid', null],
    ['open though it says paid', { status: 'open' }, 0, 'unpaid', minute],
    ['expired', { status: 'expired', ...unpaid }, 0, 'expired', null],
    ['of a status to come', { status: 'halfway' }, 0, 'pending', minute],
    ['of no status', { status: null }, 0, 'pending', minute],
    ['of a payment status to come', { payment_status: 'promised' }, 0, 'pending', minute],
    ['of a payment status to come, for ever', { payment_status: 'promised' }, 15 * day, 'unpaid', null],
    ['30 days old', { created: (claimedAt - 30 * day) / 1000 }, 0, 'paid', null],
    ['older than 30 days', { created: (claimedAt - 30 * day) / 1000 - 1 }, 0, 'rejected', null],
    ['found after a wait of 40 days for the key', {}, 40 * day, 'paid', null],
  ])('%s', (_, change, after, state, next) => {
    expect(become(change, after)).toEqual([state, next])
  })
})

test('an unknown session is asked for once more, whatever failed before', () => {
  const first = decide({ kind: 'not_found' }, { of: { ...claim, state: 'retrying', attempts: 4 } })
  expect(first).toMatchObject({ state: 'not_found', next_attempt_at: claimedAt + minute })
  const second = decide({ kind: 'not_found' }, { of: { ...claim, state: 'not_found', attempts: 5 } })
  expect(second).toMatchObject({ state: 'not_found', next_attempt_at: null })
})

test.each<[SessionAnswer, string]>([
  [{ kind: 'key_rejected', message: 'Invalid API Key provided' }, 'key_rejected'],
  [{ kind: 'permission_missing', message: "Having the 'rak_x' permission would help" }, 'key_rejected'],
])('%j waits for a key and tells what Stripe said', (answer, state) => {
  const decision = decide(answer)
  expect(decision).toMatchObject({ state, next_attempt_at: null })
  expect(decision.reason).toContain('message' in answer ? answer.message : 'nothing')
})

test.each<[SessionAnswer, number]>([
  [{ kind: 'unavailable', why: 'no answer in time' }, 1000],
  [{ kind: 'rate_limited', reason: 'global-rate', retry_after_ms: null }, 1000],
  [{ kind: 'rate_limited', reason: 'global-rate', retry_after_ms: 30_000 }, 30_000],
])('%j is tried again', (answer, wait) => {
  expect(decide(answer)).toMatchObject({ state: 'retrying', next_attempt_at: claimedAt + wait })
})

test('the wait after failures grows from a second to five minutes, with full jitter', () => {
  const wait = (attempts: number, random: number) => retryAt(attempts, { now: 0, random, backoffMs: 1000 }, 0)
  expect(wait(0, 0)).toBe(1000)
  expect(wait(0, 1)).toBe(2000)
  expect(wait(4, 1)).toBe(32_000)
  expect(wait(50, 1)).toBe(5 * minute)
  expect(wait(50, 0.1)).toBe(30_000)
})

describe('without asking, a claim is', () => {
  const outlook = { livemode: false, refusal: null, restsUntil: null }
  const refusal = { kind: 'key_rejected', message: 'Expired API Key' } as const
  test.each([
    ['of no such id', 'cs_test_', outlook, 'rejected'],
    ['of another thing', 'pi_3abcdefghijklmnop', outlook, 'rejected'],
    ['of a site that is not connected', claim.stripe_session_id, null, 'retrying'],
    ['of the other mode', 'cs_live_a1b2c3d4e5f6', outlook, 'wrong_mode'],
    ['of the other mode, with a bad key', 'cs_live_a1b2c3d4e5f6', { ...outlook, refusal }, 'wrong_mode'],
    ['of a refused key', claim.stripe_session_id, { ...outlook, refusal }, 'key_rejected'],
    ['of an account at rest', claim.stripe_session_id, { ...outlook, restsUntil: 5 }, 'retrying'],
    ['to be asked about', claim.stripe_session_id, outlook, undefined],
  ])('%s', (_, id, known, state) => {
    expect(decideUnasked(id, known)?.state).toBe(state)
  })
})
