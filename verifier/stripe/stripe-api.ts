import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'
import Stripe from 'stripe'
import { z } from 'zod'
import { type CheckoutSession, checkoutSession } from './checkout-session.ts'
import { createSingleTryClient } from './single-try-http.ts'
import { type Trouble, troubleOf } from './trouble.ts'

/** The version of Stripe's API whose shapes `checkout-session.ts` reads. */
export const apiVersion = '2026-10-28.endive'

export type SessionAnswer =
  | { kind: 'session'; session: CheckoutSession }
  | { kind: 'not_found' }
  | { kind: 'wrong_mode'; exists_in: 'live' | 'test' }
  | Trouble

/** `id` is empty when Stripe does not say whose key it is. */
/** One object, or that this account has none of that id. */
export type ObjectAnswer<T> = { kind: 'object'; value: T } | { kind: 'not_found' } | Trouble
/** One page of a list, newest first. `has_more` says whether another follows. */
export type PageAnswer<T> = { kind: 'page'; rows: T[]; has_more: boolean } | Trouble

/** A question about one object or one page of a list, with the shape of the object or of each row. */
export type Question<T> = { row: z.ZodType<T>; call: (stripe: Stripe) => Promise<unknown> }

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
      if (!parsed.success) return unknownShape
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

    /** Asks for one object. */
    async one<T>({ row, call }: Question<T>): Promise<ObjectAnswer<T>> {
      const answer = await ask(call(stripe))
      if (!answer.ok) return isMissing(answer.error) ? { kind: 'not_found' } : troubleOf(answer.error)
      const parsed = row.safeParse(answer.value)
      return parsed.success ? { kind: 'object', value: parsed.data } : unknownShape
    },

    /** Asks for one page of a list. A row of another mode or an unknown shape makes the page worthless. */
    async page<T>({ row, call }: Question<T>): Promise<PageAnswer<T>> {
      const answer = await ask(call(stripe))
      if (!answer.ok) return troubleOf(answer.error)
      const parsed = z.object({ data: z.array(row), has_more: z.boolean() }).safeParse(answer.value)
      if (!parsed.success) return unknownShape
      return { kind: 'page', rows: parsed.data.data, has_more: parsed.data.has_more }
    },

    /** Closes the connections that are kept alive. */
    close: () => agent.destroy(),
  }
}

const unknownShape = { kind: 'unavailable', why: 'an answer of an unknown shape' } as const

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

function isMissing(error: unknown): error is Error {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing'
}

function sessionFailure(error: unknown): SessionAnswer {
  if (isMissing(error)) {
    const elsewhere = /exists in (live|test) mode/.exec(error.message)?.[1]
    if (elsewhere === 'live' || elsewhere === 'test') return { kind: 'wrong_mode', exists_in: elsewhere }
    return { kind: 'not_found' }
  }
  return troubleOf(error)
}
