import Stripe from 'stripe'
import { z } from 'zod'
import { scrubSecrets } from '../../../schema/process/logger.ts'

/** The version of Stripe's API that our schemas were written for. */
const apiVersion = '2026-10-28.endive'

/** What Stripe said to a key. `accountId` is '' when the key may not tell. */
export type KeyTest =
  | { ok: true; accountId: string }
  | { ok: false; reason: 'rejected' | 'permission' | 'unreachable'; message: string }

/** A client for one key that tries once and gives up after 10 s; the host may be a stand-in on loopback. */
function createStripe(key: string, apiBase: string): Stripe {
  const { protocol, hostname, port } = new URL(apiBase)
  return new Stripe(key, {
    apiVersion,
    maxNetworkRetries: 0,
    timeout: 10_000,
    telemetry: false,
    host: hostname,
    port: port || (protocol === 'https:' ? '443' : '80'),
    protocol: protocol === 'https:' ? 'https' : 'http',
  })
}

const listed = z.object({ object: z.literal('list'), data: z.array(z.unknown()) })

/**
 * Tries a key with the call that the verifier needs, `GET /v1/checkout/sessions?limit=1`, and asks for the account.
 *
 * @param apiBase the address of Stripe's API
 */
export async function testKey(key: string, apiBase: string): Promise<KeyTest> {
  const stripe = createStripe(key, apiBase)
  try {
    const sessions = await stripe.checkout.sessions.list({ limit: 1 })
    if (!listed.safeParse(sessions).success) return unreachable('It gave an answer that is not Stripe’s.')
  } catch (error) {
    return explain(error)
  }
  return { ok: true, accountId: await readAccountId(stripe) }
}

// A restricted key may rarely read its account, but the refusal names it: "... on account 'acct_1...'".
async function readAccountId(stripe: Stripe): Promise<string> {
  try {
    const account = await stripe.accounts.retrieveCurrent()
    return account.id
  } catch (error) {
    const told = error instanceof Stripe.errors.StripePermissionError ? error.message : ''
    return /\bacct_[A-Za-z0-9]+/.exec(told)?.[0] ?? ''
  }
}

function explain(error: unknown): KeyTest {
  if (error instanceof Stripe.errors.StripeAuthenticationError)
    return {
      ok: false,
      reason: 'rejected',
      message: `Stripe does not accept this key; it may be mistyped, expired or revoked. Stripe says: ${scrubSecrets(error.message)}`,
    }
  if (error instanceof Stripe.errors.StripePermissionError)
    return {
      ok: false,
      reason: 'permission',
      message: `${missingPermission(error.message)} Stripe says: ${scrubSecrets(error.message)}`,
    }
  if (error instanceof Stripe.errors.StripeRateLimitError)
    return unreachable('Stripe asks to slow down: too many requests come from this account just now.')
  if (error instanceof Stripe.errors.StripeError)
    return unreachable(`Stripe could not be asked: ${scrubSecrets(error.message)}`)
  throw error
}

function missingPermission(told: string): string {
  const permission = /'(rak_\w+)'/.exec(told)?.[1]
  return permission === undefined
    ? 'The key lacks a permission.'
    : `The key lacks the permission ${permission}: edit it at Stripe and allow reading Checkout Sessions.`
}

function unreachable(message: string): KeyTest {
  return { ok: false, reason: 'unreachable', message }
}
