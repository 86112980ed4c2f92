import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { day, doubleForTests, noon, refusalOf } from '../double-for-tests.ts'

type Fixture = Awaited<ReturnType<typeof doubleForTests>>
let fixture: Fixture
let stripe: Stripe
/** Oldest first, one minute apart: paid, open, paid through a link, by debit, expired. */
let sessions: string[]
let link: string

beforeAll(async () => {
  fixture = await doubleForTests()
  const { double } = fixture
  stripe = fixture.client(fixture.account.keys.test.restricted)
  link = double.createPaymentLink({ name: 'Trail map' }).id
  const at = (minute: number) => ({ at: noon + minute * 60_000 })
  const [paid, open, linked, debit, expired] = [
    double.createCheckoutSession(at(0)).id,
    double.createCheckoutSession(at(1)).id,
    double.createCheckoutSession({ ...at(2), payment_link: link }).id,
    double.createCheckoutSession(at(3)).id,
    double.createCheckoutSession(at(4)).id,
  ] as const
  double.pay(paid, { ...at(1), email: 'first@buyers.example' })
  double.pay(linked, at(3))
  double.pay(debit, { ...at(4), method: 'bank_debit' })
  double.expire(expired, at(5))
  sessions = [paid, open, linked, debit, expired]
})
afterAll(() => fixture.double.close())

/** Places in `sessions`, so that a failure reads well. */
async function places(params: Stripe.Checkout.SessionListParams) {
  const page = await stripe.checkout.sessions.list(params)
  return { places: page.data.map(({ id }) => sessions.indexOf(id)), more: page.has_more }
}

describe('lists of sessions', () => {
  const minute = (count: number) => noon / 1000 + count * 60
  it.each([
    ['newest first', () => ({}), [4, 3, 2, 1, 0], false],
    ['a page', () => ({ limit: 2 }), [4, 3], true],
    ['the next page', () => ({ limit: 2, starting_after: sessions[3] ?? '' }), [2, 1], true],
    ['the last page', () => ({ limit: 2, starting_after: sessions[1] ?? '' }), [0], false],
    ['the page before', () => ({ limit: 2, ending_before: sessions[1] ?? '' }), [3, 2], true],
    ['the first page from behind', () => ({ limit: 2, ending_before: sessions[3] ?? '' }), [4], false],
    ['from a moment', () => ({ created: { gte: minute(3) } }), [4, 3], false],
    ['after a moment', () => ({ created: { gt: minute(3) } }), [4], false],
    ['up to a moment', () => ({ created: { lte: minute(1) } }), [1, 0], false],
    ['before a moment', () => ({ created: { lt: minute(1) } }), [0], false],
    ['at a moment', () => ({ created: minute(2) }), [2], false],
    ['between, paged', () => ({ created: { gte: minute(1), lt: minute(4) }, limit: 1 }), [3], true],
    ['complete ones', () => ({ status: 'complete' as const }), [3, 2, 0], false],
    ['complete ones, paged', () => ({ status: 'complete' as const, limit: 2 }), [3, 2], true],
    ['expired ones', () => ({ status: 'expired' as const }), [4], false],
    ['those of a link', () => ({ payment_link: link }), [2], false],
    ['those of a buyer', () => ({ customer_details: { email: 'first@buyers.example' } }), [0], false],
    ['those of a customer', () => ({ customer: 'cus_NffrFeUfNV2Hib' }), [], false],
  ])('give %s', async (_name, params, expected, more) => {
    expect(await places(params())).toEqual({ places: expected, more })
  })

  it('find a session by its payment intent', async () => {
    const { payment_intent } = await stripe.checkout.sessions.retrieve(sessions[2] ?? '')
    expect(await places({ payment_intent: String(payment_intent) })).toEqual({ places: [2], more: false })
  })

  it('expand below data', async () => {
    const page = await stripe.checkout.sessions.list({
      payment_link: link,
      expand: [
        'data.payment_intent.latest_charge.balance_transaction',
        'data.payment_link',
        'data.line_items',
      ],
    })
    expect(page.data[0]).toMatchObject({
      payment_link: { object: 'payment_link', id: link },
      payment_intent: {
        object: 'payment_intent',
        latest_charge: { object: 'charge', balance_transaction: { object: 'balance_transaction' } },
      },
    })
  })

  it('can be walked through by the client', async () => {
    const seen: string[] = []
    for await (const session of stripe.checkout.sessions.list({ limit: 2 })) seen.push(session.id)
    expect(seen).toEqual([...sessions].reverse())
  })
})

describe('other resources', () => {
  it('are read alone, references as ids', async () => {
    const { payment_intent } = await stripe.checkout.sessions.retrieve(sessions[0] ?? '')
    const intent = await stripe.paymentIntents.retrieve(String(payment_intent))
    const charge = await stripe.charges.retrieve(String(intent.latest_charge))
    const transaction = await stripe.balanceTransactions.retrieve(String(charge.balance_transaction))
    expect([intent.id, charge.id, transaction.id]).toEqual([
      expect.stringMatching(/^pi_3\w{23}$/),
      expect.stringMatching(/^ch_3\w{23}$/),
      expect.stringMatching(/^txn_3\w{23}$/),
    ])
    expect(transaction.source).toBe(charge.id)
    const lines = await stripe.balanceTransactions.list({ source: charge.id, expand: ['data.source'] })
    expect(lines.data).toMatchObject([{ id: transaction.id, source: { object: 'charge', id: charge.id } }])
  })

  it('tell links, their redirect and the name of their product', async () => {
    const target = 'https://shop.example/thanks?stripe_session_id={CHECKOUT_SESSION_ID}'
    fixture.double.updatePaymentLink(link, { redirect_url: target })
    const found = await stripe.paymentLinks.retrieve(link)
    expect(found.after_completion).toEqual({ type: 'redirect', redirect: { url: target } })
    const items = await stripe.paymentLinks.listLineItems(link)
    expect(items.data.map(({ description }) => description)).toEqual(['Trail map'])
    const off = fixture.double.createPaymentLink({ active: false })
    const inactive = await stripe.paymentLinks.list({ active: false })
    expect(inactive.data.map(({ id }) => id)).toEqual([off.id])
  })

  it('tell events by kind, as things were then, for 30 days', async () => {
    const kinds = ['checkout.session.completed', 'checkout.session.expired']
    const { data } = await stripe.events.list({ types: kinds, created: { gte: noon / 1000 } })
    expect(data.map(({ type }) => type)).toEqual([
      'checkout.session.expired',
      'checkout.session.completed',
      'checkout.session.completed',
      'checkout.session.completed',
    ])
    fixture.double.settleDelayed(sessions[3] ?? '')
    const completed = await stripe.events.list({ type: 'checkout.session.completed', limit: 1 })
    expect(completed.data[0]?.data.object).toMatchObject({ id: sessions[3], payment_status: 'unpaid' })
    const old = await doubleForTests()
    try {
      old.double.pay(old.double.createCheckoutSession({ at: noon - 31 * day }).id, { at: noon - 31 * day })
      const kept = await old.client(old.account.keys.test.restricted).events.list()
      expect(kept.data).toEqual([])
    } finally {
      await old.double.close()
    }
  })

  it('tell the account to a secret key only, as Stripe does', async () => {
    const secret = fixture.client(fixture.account.keys.test.secret)
    await expect(secret.accounts.retrieveCurrent()).resolves.toMatchObject({
      id: fixture.account.id,
      default_currency: 'usd',
    })
    expect(await refusalOf(stripe.accounts.retrieveCurrent())).toMatchObject({ statusCode: 403 })
  })
})

const refusalBody = z.object({
  error: z.object({ type: z.string(), code: z.string().optional(), param: z.string().optional() }).optional(),
})

describe('refusals', () => {
  const raw = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${fixture.double.url}${path}`, { headers }).then(async (response) => ({
      status: response.status,
      body: refusalBody.parse(await response.json()),
    }))

  it('an unknown key is a 401 that shows no more than its end', async () => {
    const refusal = await refusalOf(
      fixture.client('rk_test_51doesNotExist0000XyZ123').checkout.sessions.list(),
    )
    expect(refusal).toBeInstanceOf(Stripe.errors.StripeAuthenticationError)
    expect(refusal.message).toMatch(/^Invalid API Key provided: rk_test_\*+XyZ123$/)
  })

  it('no key, a publishable key and a revoked key are 401', async () => {
    const { restricted } = fixture.euroAccount.keys.live
    fixture.double.revokeKey(restricted)
    expect(await raw('/v1/events')).toMatchObject({ status: 401 })
    const publishable = await raw('/v1/events', { authorization: 'Bearer pk_test_51abc' })
    expect(publishable).toMatchObject({ status: 401, body: { error: { code: 'secret_key_required' } } })
    const revoked = await refusalOf(fixture.client(restricted).events.list())
    expect(revoked).toMatchObject({ statusCode: 401, code: 'api_key_expired' })
  })

  it('a key in Basic works', async () => {
    const credentials = Buffer.from(`${fixture.account.keys.test.secret}:`).toString('base64')
    expect(await raw('/v1/charges?limit=1', { authorization: `Basic ${credentials}` })).toMatchObject({
      status: 200,
    })
  })

  it('a missing permission is a 403 that names it, also for what is only expanded', async () => {
    const { restricted } = fixture.euroAccount.keys.test
    const euro = fixture.client(restricted)
    fixture.double.withholdPermissions(restricted, ['rak_balance_transaction_source_read'])
    const { id } = fixture.double.pay(
      fixture.double.createCheckoutSession({ account: fixture.euroAccount.id }).id,
    )
    await expect(euro.checkout.sessions.retrieve(id)).resolves.toMatchObject({ id })
    const expand = ['payment_intent.latest_charge.balance_transaction']
    for (const call of [euro.checkout.sessions.retrieve(id, { expand }), euro.balanceTransactions.list()]) {
      const refusal = await refusalOf(call)
      expect(refusal).toBeInstanceOf(Stripe.errors.StripePermissionError)
      expect(refusal.message).toContain(`on account '${fixture.euroAccount.id}'`)
      expect(refusal.message).toContain("Having the 'rak_balance_transaction_source_read' permission")
    }
  })

  it.each([
    ['test', 'live'],
    ['live', 'test'],
  ] as const)('a %s key asking for a %s session learns of the other mode', async (mine, theirs) => {
    const { id } = fixture.double.createCheckoutSession({ livemode: theirs === 'live' })
    const refusal = await refusalOf(
      fixture.client(fixture.account.keys[mine].restricted).checkout.sessions.retrieve(id),
    )
    expect(refusal).toMatchObject({ statusCode: 404, code: 'resource_missing' })
    expect(refusal.message).toBe(
      `No such checkout.session: '${id}'; a similar object exists in ${theirs} mode, but a ${mine} mode key was used to make this request.`,
    )
  })

  it('a session of another account does not exist', async () => {
    const { id } = fixture.double.createCheckoutSession({ account: fixture.euroAccount.id })
    const refusal = await refusalOf(stripe.checkout.sessions.retrieve(id))
    expect(refusal.message).toBe(`No such checkout.session: '${id}'`)
  })

  it.each([
    ['/v1/checkout/sessions?limit=0', 400, 'limit'],
    ['/v1/checkout/sessions?limit=101', 400, 'limit'],
    ['/v1/checkout/sessions?limit=many', 400, 'limit'],
    ['/v1/checkout/sessions?created[gte]=today', 400, 'created[gte]'],
    ['/v1/checkout/sessions?colour=red', 400, 'colour'],
    ['/v1/checkout/sessions?status=paid', 400, 'status'],
    ['/v1/checkout/sessions?starting_after=cs_test_a1gone', 400, 'starting_after'],
    ['/v1/checkout/sessions?expand[]=payment_intent', 400, 'expand'],
    ['/v1/checkout/sessions?expand[]=data.a.b.c.d', 400, 'expand'],
    ['/v1/invoices?expand[]=data.payments.data.payment.payment_intent', 400, 'expand'],
    ['/v1/invoices/in_1gone?expand[]=payments.colour', 400, 'expand'],
    ['/v1/invoices/in_1gone?expand[]=payments.data.payment.payment_intent', 404, 'id'],
    ['/v1/subscriptions?status=lapsed', 400, 'status'],
    ['/v1/payment_links?created[gte]=1', 400, 'created[gte]'],
    ['/v1/checkout/sessions/cs_test_a1gone', 404, 'session'],
    ['/v1/payment_intents/pi_gone', 404, 'intent'],
    ['/v1/charges/%zz', 404, 'id'],
    ['/v1/checkout/sessions/', 404, undefined],
    ['/v1/nothing', 404, undefined],
  ])('%s is %i', async (path, status, param) => {
    const answer = await raw(path, { authorization: `Bearer ${fixture.account.keys.test.restricted}` })
    expect(answer.status).toBe(status)
    expect(answer.body.error?.type).toBe('invalid_request_error')
    expect(answer.body.error?.param).toBe(param)
  })

  it('more than 20 kinds of event, or both cursors, are 400', async () => {
    const types = Array.from({ length: 21 }, (_, index) => `charge.kind_${index}`)
    expect(await refusalOf(stripe.events.list({ types }))).toMatchObject({ statusCode: 400, param: 'types' })
    const both = { starting_after: sessions[0] ?? '', ending_before: sessions[1] ?? '' }
    expect(await refusalOf(stripe.checkout.sessions.list(both))).toMatchObject({ statusCode: 400 })
  })
})

it('logs every call with its key and status', async () => {
  const mark = fixture.double.requests.length
  await stripe.checkout.sessions.list({ limit: 1 })
  await refusalOf(stripe.checkout.sessions.retrieve('cs_test_a1gone'))
  expect(fixture.double.requests.slice(mark)).toEqual([
    {
      at: noon,
      method: 'GET',
      path: '/v1/checkout/sessions',
      query: 'limit=1',
      key: fixture.account.keys.test.restricted,
      fault: null,
      status: 200,
    },
    expect.objectContaining({ path: '/v1/checkout/sessions/cs_test_a1gone', status: 404 }),
  ])
})
