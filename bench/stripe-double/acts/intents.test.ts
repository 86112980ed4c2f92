import type Stripe from 'stripe'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { doubleForTests, noon, refusalOf } from '../double-for-tests.ts'

type Fixture = Awaited<ReturnType<typeof doubleForTests>>
let fixture: Fixture
let stripe: Stripe

beforeEach(async () => {
  fixture = await doubleForTests()
  stripe = fixture.client(fixture.account.keys.test.restricted)
})
afterEach(() => fixture.double.close())

const metadata = { revtrail_visit_id: 'rt_visit' }

async function eventTypes() {
  const { data } = await stripe.events.list({ limit: 100 })
  return data.map(({ type }) => type).reverse()
}

it("a payment of the owner's own back end needs no Checkout", async () => {
  const { id } = fixture.double.createPaymentIntent({ amount: 1234, metadata })
  const open = await stripe.paymentIntents.retrieve(id)
  expect(open).toMatchObject({
    status: 'requires_payment_method',
    latest_charge: null,
    last_payment_error: null,
  })
  fixture.double.confirmPaymentIntent(id, { method: 'declined_card' })
  const declined = await stripe.paymentIntents.retrieve(id)
  expect(declined.last_payment_error?.code).toBe('card_declined')
  fixture.double.confirmPaymentIntent(id)
  const paid = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge.balance_transaction'] })
  expect(paid).toMatchObject({
    status: 'succeeded',
    metadata,
    latest_charge: { metadata, status: 'succeeded', balance_transaction: { amount: 1234 } },
  })
  const charges = await stripe.charges.list({ payment_intent: id })
  expect(charges.data.map(({ status }) => status)).toEqual(['succeeded', 'failed'])
  expect((await stripe.checkout.sessions.list({ payment_intent: id })).data).toEqual([])
  expect(await eventTypes()).toEqual([
    'payment_intent.created',
    'charge.failed',
    'payment_intent.payment_failed',
    'charge.succeeded',
    'payment_intent.succeeded',
  ])
})

it('can be paid by bank debit, bounce, or be called off', async () => {
  const [arrives, bounces, off] = [1, 2, 3].map(() => fixture.double.createPaymentIntent().id)
  for (const id of [arrives, bounces]) {
    expect(fixture.double.confirmPaymentIntent(id ?? '', { method: 'bank_debit' }).status).toBe('processing')
  }
  expect(fixture.double.settlePaymentIntent(arrives ?? '').status).toBe('succeeded')
  expect(fixture.double.failPaymentIntent(bounces ?? '').status).toBe('requires_payment_method')
  expect(fixture.double.cancelPaymentIntent(off ?? '').status).toBe('canceled')
})

it('reaches the balance later when captured asynchronously', async () => {
  const { id } = fixture.double.pay(fixture.double.createCheckoutSession().id, { balance: 'later' })
  const expand = ['payment_intent.latest_charge.balance_transaction']
  expect(await stripe.checkout.sessions.retrieve(id, { expand })).toMatchObject({
    payment_status: 'paid',
    payment_intent: { latest_charge: { status: 'succeeded', balance_transaction: null } },
  })
  fixture.double.postBalance(id)
  expect(await stripe.checkout.sessions.retrieve(id, { expand })).toMatchObject({
    payment_intent: { latest_charge: { balance_transaction: { amount: 2900 } } },
  })
  expect((await eventTypes()).at(-1)).toBe('charge.updated')
})

it("keeps a session's metadata on the session, and hands on what is meant to be", async () => {
  const { id } = fixture.double.createCheckoutSession({
    metadata: { of: 'session' },
    payment_intent_data: { metadata },
    customer_creation: 'always',
  })
  fixture.double.pay(id, { method: 'declined_card' })
  expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open', customer: null })
  fixture.double.pay(id)
  const paid = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] })
  expect(paid).toMatchObject({
    metadata: { of: 'session' },
    customer: expect.stringMatching(/^cus_/),
    payment_intent: { metadata, latest_charge: { metadata, status: 'succeeded' } },
  })
})

it('a known customer pays under their own metadata, which only the customer tells', async () => {
  const { id: customer } = fixture.double.createCustomer({ email: 'known@buyers.example', metadata })
  const own = fixture.double.createPaymentIntent({ customer })
  fixture.double.confirmPaymentIntent(own.id)
  const read = await stripe.paymentIntents.retrieve(own.id, { expand: ['customer'] })
  expect(read).toMatchObject({ metadata: {}, customer: { metadata, email: 'known@buyers.example' } })
  fixture.double.updateCustomer(customer, { metadata: { revtrail_visit_id: '', tier: 'gold' } })
  expect(await stripe.customers.retrieve(customer)).toHaveProperty('metadata', { tier: 'gold' })
  const { restricted } = fixture.account.keys.test
  fixture.double.withholdPermissions(restricted, ['rak_customer_read'])
  for (const call of [
    stripe.customers.retrieve(customer),
    stripe.paymentIntents.retrieve(own.id, { expand: ['customer'] }),
  ]) {
    expect(await refusalOf(call)).toMatchObject({ statusCode: 403 })
  }
})

it('an invoice of its own carries its metadata, its payment does not', async () => {
  const { id: customer } = fixture.double.createCustomer()
  const { id, payments } = fixture.double.createInvoice({ customer, amount: 5000, metadata })
  expect(payments.data).toMatchObject([{ status: 'open', amount_requested: 5000, amount_paid: null }])
  fixture.double.payInvoice(id)
  expect(() => fixture.double.payInvoice(id)).toThrow('is paid')
  const paid = await stripe.invoices.retrieve(id, { expand: ['payments.data.payment.payment_intent'] })
  expect(paid).toMatchObject({
    billing_reason: 'manual',
    parent: null,
    metadata,
    payments: { data: [{ amount_paid: 5000, payment: { payment_intent: { metadata: {}, customer } } }] },
  })
})

it('a session may make an invoice afterwards, which its payment pays', async () => {
  const { id } = fixture.double.createCheckoutSession({ invoice_creation: true })
  const session = fixture.double.pay(id)
  const { invoice, payment_intent } = await stripe.checkout.sessions.retrieve(id)
  const read = await stripe.invoices.retrieve(String(invoice), { expand: ['payments'] })
  expect(read).toMatchObject({
    status: 'paid',
    customer: session.customer,
    payments: { data: [{ payment: { payment_intent } }] },
  })
})

it('a saved card is a setup intent', async () => {
  const session = fixture.double.pay(fixture.double.createCheckoutSession({ mode: 'setup' }).id)
  const found = await stripe.setupIntents.retrieve(String(session.setup_intent))
  expect(found).toMatchObject({ status: 'succeeded', customer: session.customer })
})

it.each([
  ['payment_intents', { customer: 'cus_gone' }, 0],
  ['payment_intents', { created: { gte: noon / 1000 } }, 3],
  ['charges', { created: { lt: noon / 1000 } }, 0],
  ['charges', { limit: 2 }, 2],
] as const)('%s can be listed by %j', async (kind, params, count) => {
  for (const _ of [1, 2, 3]) fixture.double.confirmPaymentIntent(fixture.double.createPaymentIntent().id)
  const lists = { payment_intents: stripe.paymentIntents, charges: stripe.charges }
  expect((await lists[kind].list(params)).data).toHaveLength(count)
})
