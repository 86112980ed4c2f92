import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StripeDouble, startStripeDouble } from '../../bench/stripe-double/double.ts'
import { createStripeApi, type StripeApi } from './stripe-api.ts'

let double: StripeDouble
const apis: StripeApi[] = []

beforeAll(async () => {
  double = await startStripeDouble()
})
afterAll(async () => {
  for (const api of apis) api.close()
  await double.close()
})

function open(key: string, livemode = false): StripeApi {
  const api = createStripeApi({ key, livemode, base: double.url, timeoutMs: 300 })
  apis.push(api)
  return api
}

const full = ['payment_intent.latest_charge.balance_transaction']

test.each([
  [
    { kind: 'rate_limit', reason: 'endpoint-rate' },
    { kind: 'rate_limited', reason: 'endpoint-rate', retry_after_ms: null },
  ],
  [
    { kind: 'rate_limit', retry_after: 7 },
    { kind: 'rate_limited', reason: 'global-rate', retry_after_ms: 7000 },
  ],
  [{ kind: 'lock_timeout' }, { kind: 'rate_limited', reason: 'lock_timeout', retry_after_ms: null }],
  [{ kind: 'server_error' }, { kind: 'unavailable', why: 'an error with status 500' }],
  [
    { kind: 'server_error', status: 409 },
    { kind: 'unavailable', why: 'an error with status 409' },
  ],
  [{ kind: 'html' }, { kind: 'unavailable', why: 'an answer that is not from the API' }],
  [
    { kind: 'html', status: 502 },
    { kind: 'unavailable', why: 'an answer that is not from the API' },
  ],
  [{ kind: 'hang' }, { kind: 'unavailable', why: 'no answer in time' }],
  [{ kind: 'reset' }, { kind: 'unavailable', why: 'no connection' }],
  [{ kind: 'wrong_id' }, { kind: 'unavailable', why: 'an answer about another payment' }],
] as const)('%j is one request and the value %j', async (fault, expected) => {
  const account = double.createAccount({ name: 'Shop' })
  const { id } = double.pay(double.createCheckoutSession({ account: account.id }).id)
  double.faults.set({ ...fault, account: account.id })
  const before = double.requests.length
  expect(await open(account.keys.test.restricted).retrieveSession(id, full)).toEqual(expected)
  expect(double.requests).toHaveLength(before + 1)
})

test('a session comes without the buyer, and unknown ones and those of the other mode are told apart', async () => {
  const account = double.createAccount({ name: 'Shop' })
  const api = open(account.keys.test.secret)
  const sale = double.pay(double.createCheckoutSession({ account: account.id }).id, { name: 'Grace Sample' })
  const answer = await api.retrieveSession(sale.id, full)
  expect(answer).toMatchObject({ kind: 'session', session: { id: sale.id, payment_status: 'paid' } })
  expect(JSON.stringify(answer)).not.toMatch(/grace|sample|@/i)
  expect(await api.retrieveSession('cs_test_a1unknown0000', full)).toEqual({ kind: 'not_found' })
  const live = double.createCheckoutSession({ account: account.id, livemode: true })
  expect(await api.retrieveSession(live.id, full)).toEqual({ kind: 'wrong_mode', exists_in: 'live' })
})

test('the account is named by a secret key, and by the refusal of a restricted one', async () => {
  const account = double.createAccount({ name: 'Shop' })
  const named = { kind: 'account', id: account.id }
  expect(await open(account.keys.test.secret).readAccount()).toEqual(named)
  expect(await open(account.keys.test.restricted).readAccount()).toEqual(named)
})

test('a key is accepted, refused, or short of a permission', async () => {
  const account = double.createAccount({ name: 'Shop' })
  const { restricted } = account.keys.live
  const api = open(restricted, true)
  expect(await api.testKey()).toEqual({ kind: 'accepted' })
  double.withholdPermissions(restricted, ['rak_checkout_session_read'])
  const lacking = await api.testKey()
  expect(lacking).toMatchObject({ kind: 'permission_missing', message: /rak_checkout_session_read/ })
  double.revokeKey(restricted)
  const refused = await api.testKey()
  expect(refused.kind).toBe('key_rejected')
  expect(JSON.stringify([lacking, refused])).not.toContain(restricted)
  expect(await open(`rk_test_${'x'.repeat(30)}`).testKey()).toMatchObject({ kind: 'key_rejected' })
})

test('nobody listens', async () => {
  const api = createStripeApi({
    key: `rk_test_${'x'.repeat(30)}`,
    livemode: false,
    base: 'http://127.0.0.1:9',
    timeoutMs: 300,
  })
  expect(await api.testKey()).toEqual({ kind: 'unavailable', why: 'no connection' })
  api.close()
})

test('what Stripe does not expand is like what the key may not see: it is asked for without', async () => {
  const account = double.createAccount({ name: 'Shop' })
  const { id } = double.pay(double.createCheckoutSession({ account: account.id }).id)
  const api = open(account.keys.test.restricted)
  const deep = await api.retrieveSession(id, ['payment_intent.latest_charge.balance_transaction.source.id'])
  expect(deep).toMatchObject({ kind: 'permission_missing', message: expect.stringMatching(/expand/) })
})
