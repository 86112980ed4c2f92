import type { z } from 'zod'
import type { accountParams } from './params.ts'
import { type Answer, refuse } from './stripe-answers.ts'
import { type Account, createBook, DoubleMisuse, type Key, seconds, type World } from './world.ts'

/**
 * What Revtrail asks owners to allow on a restricted key; the slugs are Stripe's
 * (https://docs.stripe.com/stripe-apps/reference/permissions). Refunds ride on charges. Not among them is
 * `rak_accounts_kyc_basic_read`, so `GET /v1/account` answers 403 to a restricted key, as in life.
 */
const grantedToRestrictedKeys: ReadonlySet<string> = new Set([
  'rak_checkout_session_read',
  'rak_payment_intent_read',
  'rak_charge_read',
  'rak_dispute_read',
  'rak_event_read',
  'rak_balance_transaction_source_read',
  'rak_payment_links_read',
  'rak_invoice_read',
])

/** Adds an account with its four keys, `rk_` and `sk_` in both modes, and empty books. */
export function createAccount(world: World, params: z.output<typeof accountParams>): Account {
  const suffix = world.random.token(15)
  const pair = (mode: string) => ({
    restricted: `rk_${mode}_51${suffix.slice(0, 14)}${world.random.token(82)}`,
    secret: `sk_${mode}_51${suffix.slice(0, 14)}${world.random.token(82)}`,
  })
  const owner = { ...params, id: `acct_1${suffix}`, created: seconds(world, undefined) }
  const account: Account = {
    ...owner,
    keys: { test: pair('test'), live: pair('live') },
    books: { test: createBook(owner, false), live: createBook(owner, true) },
  }
  world.accounts.set(account.id, account)
  for (const livemode of [false, true]) {
    const { restricted, secret } = livemode ? account.keys.live : account.keys.test
    addKey(world, { text: restricted, account, livemode, restricted: true })
    addKey(world, { text: secret, account, livemode, restricted: false })
  }
  return account
}

function addKey(world: World, key: Omit<Key, 'revoked' | 'missing'>) {
  world.keys.set(key.text, { ...key, revoked: false, missing: new Set() })
}

/** From now on the key is answered with 401, as after "Delete key" in Stripe's dashboard. */
export function revokeKey(world: World, text: string): void {
  knownKey(world, text).revoked = true
}

/** Takes permissions away from a key; an empty list gives all back. */
export function withhold(world: World, text: string, permissions: readonly string[]): void {
  knownKey(world, text).missing = new Set(permissions)
}

function knownKey(world: World, text: string): Key {
  const key = world.keys.get(text)
  if (!key) throw new DoubleMisuse('The double has no such key.')
  return key
}

/** Reads the key from a Bearer or Basic header: the key, or the 401 that Stripe would send. */
export function authenticate(
  world: World,
  header: string | undefined,
): { key: Key } | { text: string; refusal: Answer } {
  const text = keyInHeader(header)
  if (text === '') return { text, refusal: refuse.noKey() }
  if (text.startsWith('pk_')) return { text, refusal: refuse.publishableKey() }
  const key = world.keys.get(text)
  if (!key) return { text, refusal: refuse.unknownKey(text) }
  return key.revoked ? { text, refusal: refuse.revokedKey(text) } : { key }
}

function keyInHeader(header = ''): string {
  const space = header.indexOf(' ')
  const scheme = header.slice(0, space).toLowerCase()
  const credentials = header.slice(space + 1).trim()
  if (scheme === 'bearer') return credentials
  if (scheme !== 'basic') return ''
  return Buffer.from(credentials, 'base64').toString('utf8').split(':', 1)[0] ?? ''
}

/** The 403 for the first permission that the key lacks, or nothing. */
export function forbid(key: Key, permissions: Iterable<string>): Answer | undefined {
  for (const permission of permissions) {
    const allowed = !key.restricted || grantedToRestrictedKeys.has(permission)
    if (!allowed || key.missing.has(permission)) return refuse.permission(key, permission)
  }
  return undefined
}
