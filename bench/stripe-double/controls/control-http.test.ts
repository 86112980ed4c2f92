import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { doubleForTests } from '../double-for-tests.ts'

type Fixture = Awaited<ReturnType<typeof doubleForTests>>
let fixture: Fixture

beforeAll(async () => {
  fixture = await doubleForTests()
})
afterAll(() => fixture.double.close())

const answerBody = z.object({ result: z.unknown().optional(), error: z.string().optional() })

async function act(name: string, body: unknown = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${fixture.double.url}/_double/${name}`, { method: 'POST', body: text })
  return { status: response.status, ...answerBody.parse(await response.json()) }
}

/** Runs an act that makes something, and gives its id. */
async function made(name: string, body: unknown = {}): Promise<string> {
  return z.object({ id: z.string() }).parse((await act(name, body)).result).id
}

it('drives a payment from another process', async () => {
  const { test } = fixture.account.keys
  expect((await act('accounts')).result).toMatchObject([{ id: fixture.account.id, keys: { test } }, {}])
  const link = await made('create_payment_link', { amount: 5000, name: 'Tent' })
  const session = await made('create_checkout_session', { payment_link: link })
  const unpaid = await act('pay', { session, method: 'bank_debit' })
  expect(unpaid.result).toMatchObject({ status: 'complete', payment_status: 'unpaid' })
  await act('settle_delayed', { session })
  await act('fail_refund', { refund: await made('refund', { payment: session, amount: 1000 }) })
  const dispute = await made('open_dispute', { payment: session })
  await act('answer_dispute', { dispute })
  await act('close_dispute', { dispute, status: 'lost' })
  expect((await act('ledger', { account: fixture.account.id })).result).toMatchObject({
    payments: [{ id: session, gross: 5000, refunded: 0, lost: 5000, net: 0 }],
  })
})

it('drives customers, invoices, subscriptions and webhooks from another process', async () => {
  const customer = await made('create_customer', { metadata: { revtrail_visit_id: 'rt_visit' } })
  await act('update_customer', { customer, metadata: { tier: 'gold' } })
  const own = await made('create_payment_intent', { customer, amount: 500 })
  expect((await act('confirm_payment_intent', { payment_intent: own })).result).toMatchObject({
    status: 'succeeded',
  })
  const bill = await made('create_invoice', { customer, amount: 700 })
  expect((await act('pay_invoice', { invoice: bill })).result).toMatchObject({ status: 'paid' })
  const session = await made('create_checkout_session', { mode: 'subscription' })
  const { subscription } = z
    .object({ subscription: z.string() })
    .parse((await act('pay', { session, balance: 'later' })).result)
  await act('post_balance', { payment: session })
  expect((await act('renew_subscription', { subscription })).result).toMatchObject({ status: 'paid' })
  await act('update_subscription', { subscription, metadata: { plan: 'gold' } })
  expect((await act('cancel_subscription', { subscription })).result).toMatchObject({ status: 'canceled' })
  const url = `${fixture.double.url}/hook`
  const endpoint = await made('create_webhook_endpoint', {
    url,
    events: ['charge.refunded'],
    retry_delays_ms: [],
  })
  await act('refund', { payment: bill })
  await fixture.double.webhooksSettled()
  expect((await act('webhook_deliveries', { endpoint })).result).toMatchObject([
    { type: 'charge.refunded', attempt: 1, status: 404 },
  ])
  await act('delete_webhook_endpoint', { endpoint })
})

it('sets faults, keys and links, and shows the calls', async () => {
  const { restricted } = fixture.account.keys.test
  const call = () =>
    fetch(`${fixture.double.url}/v1/events`, { headers: { authorization: `Bearer ${restricted}` } })
  await act('set_fault', { kind: 'server_error', times: 1 })
  expect((await call()).status).toBe(500)
  expect((await act('faults')).result).toMatchObject([{ kind: 'server_error', hits: 1 }])
  await act('clear_faults')
  await act('withhold_permissions', { key: restricted, permissions: ['rak_event_read'] })
  expect((await call()).status).toBe(403)
  expect((await act('requests')).result).toMatchObject([{ status: 500 }, { status: 403 }])
  await act('clear_requests')
  await act('revoke_key', { key: restricted })
  expect((await call()).status).toBe(401)
  expect(fixture.double.requests).toMatchObject([{ status: 401 }])
  await act('restore_key', { key: restricted })
  await act('withhold_permissions', { key: restricted, permissions: [] })
  await act('grant_permissions', { key: restricted, permissions: ['rak_accounts_kyc_basic_read'] })
  const headers = { authorization: `Bearer ${restricted}` }
  expect((await fetch(`${fixture.double.url}/v1/account`, { headers })).status).toBe(200)
})

it('opens a new account and points its link at a shop', async () => {
  const account = await made('create_account', { name: 'New shop', settles_in: ['gbp', 'eur'] })
  const link = await made('create_payment_link', { account })
  const url = 'http://localhost:3000/thanks'
  expect((await act('update_payment_link', { payment_link: link, redirect_url: url })).result).toMatchObject({
    currency: 'gbp',
    after_completion: { redirect: { url } },
  })
})

it.each([
  ['nonsense', {}, 404, 'No act'],
  ['pay', {}, 400, 'session'],
  ['pay', { session: 'cs_test_gone' }, 409, 'holds no cs_test_gone'],
  ['create_payment_link', { amount: -1 }, 400, 'amount'],
  ['create_payment_link', { colour: 'red' }, 400, 'colour'],
  ['expire', '{', 400, 'not JSON'],
] as const)('refuses %s %j with %i', async (name, body, status, message) => {
  const answer = await act(name, body)
  expect(answer.status).toBe(status)
  expect(answer.error).toContain(message)
})
