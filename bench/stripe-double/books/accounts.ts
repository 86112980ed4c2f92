import type { z } from 'zod'
import type { accountParams } from '../params.ts'
import { type Account, createBook, DoubleMisuse, type Key, seconds, type World } from './world.ts'

/**
 * What Revtrail asks owners to allow on a restricted key; the slugs are Stripe's
 * (https://docs.stripe.com/stripe-apps/reference/permissions). Refunds ride on charges. Not among them is
 * `rak_accounts_kyc_basic_read`, so `GET /v1/account` answers 403 to a restricted key, as in life.
 */
const grantedToRestrictedKeys = [
  'rak_checkout_session_read',
  'rak_payment_intent_read',
  'rak_setup_intent_read',
  'rak_charge_read',
  'rak_dispute_read',
  'rak_event_read',
  'rak_balance_transaction_source_read',
  'rak_payment_links_read',
  'rak_invoice_read',
  'rak_subscription_read',
  'rak_customer_read',
]

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

function addKey(world: World, key: Omit<Key, 'revoked' | 'granted' | 'missing'>) {
  world.keys.set(key.text, {
    ...key,
    revoked: false,
    granted: new Set(grantedToRestrictedKeys),
    missing: new Set(),
  })
}

/** From now on the key is answered with 401, as after "Delete key" in Stripe's dashboard. */
export function revokeKey(world: World, text: string): void {
  knownKey(world, text).revoked = true
}

/** The key works again, as when Stripe was wrong to refuse it. */
export function restoreKey(world: World, text: string): void {
  knownKey(world, text).revoked = false
}

/** Allows a restricted key more, such as `rak_accounts_kyc_basic_read`. */
export function grant(world: World, text: string, permissions: readonly string[]): void {
  const key = knownKey(world, text)
  key.granted = new Set([...key.granted, ...permissions])
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
