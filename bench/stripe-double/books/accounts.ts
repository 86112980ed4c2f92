import type { z } from 'zod'
import type { accountParams } from '../params.ts'
import { type Account, createBook, DoubleMisuse, type Key, seconds, type World } from './world.ts'

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
