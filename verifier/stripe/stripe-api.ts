import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import Stripe from 'stripe'
import { z } from 'zod'
import { scrubSecrets } from '../../schema/process/logger.ts'
import { type CheckoutSession, checkoutSession } from './checkout-session.ts'
import { createSingleTryClient } from './single-try-http.ts'

/** The version of Stripe's API whose shapes `checkout-session.ts` reads. */
export const apiVersion = '2026-10-28.endive'

/** Why Stripe slowed us down: its `Stripe-Rate-Limited-Reason`, or a lock on one object. */
const rateLimitReason = z.enum([
  'global-rate',
  'endpoint-rate',
  'global-concurrency',
  'endpoint-concurrency',
  'resource-specific',
  'lock_timeout',
])

/** What can go wrong with any request. `message` is Stripe's own, fit for the owner; `retry_after_ms` if it was said. */
export type Trouble =
  | { kind: 'key_rejected'; message: string }
  | { kind: 'permission_missing'; message: string }
  | {
      kind: 'rate_limited'
      reason: z.infer<typeof rateLimitReason> | 'unknown'
      retry_after_ms: number | null
    }
  | { kind: 'unavailable'; why: string }

export type SessionAnswer =
  | { kind: 'session'; session: CheckoutSession }
  | { kind: 'not_found' }
  | { kind: 'wrong_mode'; exists_in: 'live' | 'test' }
  | Trouble

/** `id` is empty when Stripe does not say whose key it is. */
export type AccountAnswer = { kind: 'account'; id: string } | Trouble
export type KeyAnswer = { kind: 'accepted' } | Trouble

export type StripeApiOptions = {
  key: string
  livemode: boolean
  /** `https://api.stripe.com`, or a double's address. */
  base: string
  /** Of a silent connection, in ms; the whole answer may take twice that. */
  timeoutMs: number
}

/**
 * Every call to Stripe that the verifier makes, with one key. Each sends one request, never more, and gives a value
 * of a closed union; raw objects stay in here.
 */
export function createStripeApi({ key, livemode, base, timeoutMs }: StripeApiOptions) {
  const url = new URL(base)
  const secure = url.protocol === 'https:'
  const agent = secure ? new SecureAgent({ keepAlive: true }) : new Agent({ keepAlive: true })
  const stripe = new Stripe(key, {
    apiVersion,
    host: url.hostname,
    port: url.port || (secure ? 443 : 80),
    protocol: secure ? 'https' : 'http',
    httpClient: createSingleTryClient(agent),
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
  })
  const ask = <T>(call: Promise<T>) => settle(call, timeoutMs * 2)

  return {
    /** Looks up a Checkout Session by a well-formed id, with the given expansions. */
    async retrieveSession(id: string, expand: readonly string[]): Promise<SessionAnswer> {
      const answer = await ask(stripe.checkout.sessions.retrieve(id, { expand: [...expand] }))
      if (!answer.ok) return sessionFailure(answer.error)
      const parsed = checkoutSession.safeParse(answer.value)
      if (!parsed.success) return { kind: 'unavailable', why: 'an answer of an unknown shape' }
      const session = parsed.data
      if (session.id !== id || session.livemode !== livemode)
        return { kind: 'unavailable', why: 'an answer about another payment' }
      return { kind: 'session', session }
    },

    /** Whose key it is. A restricted key may not ask, but the refusal names the account. */
    async readAccount(): Promise<AccountAnswer> {
      const answer = await ask(stripe.accounts.retrieveCurrent())
      if (answer.ok) return { kind: 'account', id: accountShape.safeParse(answer.value).data?.id ?? '' }
      const trouble = troubleOf(answer.error)
      if (trouble.kind !== 'permission_missing') return trouble
      return { kind: 'account', id: /\bacct_[A-Za-z0-9]+/.exec(trouble.message)?.[0] ?? '' }
    },

    /** Whether Stripe accepts the key and lets it read Checkout Sessions. */
    async testKey(): Promise<KeyAnswer> {
      const answer = await ask(stripe.checkout.sessions.list({ limit: 1 }))
      return answer.ok ? { kind: 'accepted' } : troubleOf(answer.error)
    },

    /** Closes the connections that are kept alive. */
    close: () => agent.destroy(),
  }
}

export type StripeApi = ReturnType<typeof createStripeApi>

const accountShape = z.object({ id: z.string().regex(/^acct_[A-Za-z0-9]{1,60}$/) })

type Settled<T> = { ok: true; value: T } | { ok: false; error: unknown }

// stripe-node's timeout counts silence: a body that drips a byte now and then would hold a place in the queue for ever.
async function settle<T>(call: Promise<T>, deadlineMs: number): Promise<Settled<T>> {
  const timer = new AbortController()
  const late = wait(deadlineMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error('The answer took too long.')
  })
  try {
    return { ok: true, value: await Promise.race([call, late]) }
  } catch (error) {
    return { ok: false, error }
  } finally {
    timer.abort()
  }
}

function sessionFailure(error: unknown): SessionAnswer {
  if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing') {
    const elsewhere = /exists in (live|test) mode/.exec(error.message)?.[1]
    if (elsewhere === 'live' || elsewhere === 'test') return { kind: 'wrong_mode', exists_in: elsewhere }
    return { kind: 'not_found' }
  }
  return troubleOf(error)
}

/** Sorts whatever a call threw. Unknown failures count as unavailable: they are asked again and never counted as paid. */
function troubleOf(error: unknown): Trouble {
  const { errors } = Stripe
  if (error instanceof errors.StripeAuthenticationError)
    return { kind: 'key_rejected', message: forOwner(error.message) }
  if (error instanceof errors.StripePermissionError)
    return { kind: 'permission_missing', message: forOwner(error.message) }
  if (error instanceof errors.StripeRateLimitError) return rateLimited(error)
  if (error instanceof errors.StripeConnectionError)
    return { kind: 'unavailable', why: /timeout/.test(error.message) ? 'no answer in time' : 'no connection' }
  if (error instanceof errors.StripeError && error.statusCode)
    return { kind: 'unavailable', why: `an error with status ${error.statusCode}` }
  if (error instanceof errors.StripeError)
    return { kind: 'unavailable', why: 'an answer that is not from the API' }
  return { kind: 'unavailable', why: 'no usable answer' }
}

const headers = z
  .object({ 'stripe-rate-limited-reason': z.string().optional(), 'retry-after': z.string().optional() })
  .catch({})

function rateLimited(error: InstanceType<typeof Stripe.errors.StripeRateLimitError>): Trouble {
  const told = headers.parse(error.headers)
  const reason = rateLimitReason
    .or(z.literal('unknown'))
    .catch('unknown')
    .parse(error.code === 'lock_timeout' ? 'lock_timeout' : told['stripe-rate-limited-reason'])
  const seconds = Number(told['retry-after'])
  return { kind: 'rate_limited', reason, retry_after_ms: seconds > 0 ? seconds * 1000 : null }
}

/** Stripe's own words, without anything like a key, short enough to show. */
function forOwner(message: string): string {
  return scrubSecrets(message).slice(0, 400)
}
