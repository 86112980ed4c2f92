import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { day, doubleForTests, noon } from '../double-for-tests.ts'

type Fixture = Awaited<ReturnType<typeof doubleForTests>>
let fixture: Fixture
let stripe: Stripe

beforeAll(async () => {
  fixture = await doubleForTests()
  stripe = fixture.client(fixture.account.keys.test.restricted)
})
afterAll(() => fixture.double.close())

const whole = { expand: ['payment_intent.latest_charge.balance_transaction'] }

async function chargeOf(id: string) {
  const session = await stripe.checkout.sessions.retrieve(id, whole)
  const intent = session.payment_intent
  if (intent === null || typeof intent === 'string') throw new Error('The intent is not expanded.')
  const charge = intent.latest_charge
  if (charge === null || typeof charge === 'string') throw new Error('The charge is not expanded.')
  const transaction = charge.balance_transaction
  if (typeof transaction === 'string') throw new Error('The balance transaction is not expanded.')
  return { session, intent, charge, transaction }
}

async function eventTypes(): Promise<string[]> {
  const events = await stripe.events.list({ limit: 100 })
  return events.data.map((event) => event.type)
}

describe('a Checkout Session', () => {
  const cases: [string, (double: Fixture['double']) => { id: string }, Partial<Stripe.Checkout.Session>][] = [
    [
      'starts open and unpaid',
      (double) => double.createCheckoutSession({ amount: 2900 }),
      {
        status: 'open',
        payment_status: 'unpaid',
        amount_total: 2900,
        payment_intent: null,
        customer_details: null,
      },
    ],
    [
      'is paid by card at once',
      (double) => double.pay(double.createCheckoutSession().id),
      { status: 'complete', payment_status: 'paid', currency: 'usd', mode: 'payment', url: null },
    ],
    [
      'is complete but unpaid after a bank debit',
      (double) => double.pay(double.createCheckoutSession().id, { method: 'bank_debit' }),
      { status: 'complete', payment_status: 'unpaid' },
    ],
    [
      'becomes paid when the debit arrives',
      (double) =>
        double.settleDelayed(double.pay(double.createCheckoutSession().id, { method: 'bank_debit' }).id),
      { status: 'complete', payment_status: 'paid' },
    ],
    [
      'stays unpaid when the debit bounces',
      (double) =>
        double.failDelayed(double.pay(double.createCheckoutSession().id, { method: 'bank_debit' }).id),
      { status: 'complete', payment_status: 'unpaid' },
    ],
    [
      'expires',
      (double) => double.expire(double.createCheckoutSession().id),
      { status: 'expired', url: null },
    ],
    [
      'needs no payment for nothing, and may lack a currency',
      (double) => double.pay(double.createCheckoutSession({ amount: 0, currency: null }).id),
      { payment_status: 'no_payment_required', amount_total: 0, currency: null, payment_intent: null },
    ],
    [
      'adds up discount, tax and shipping',
      (double) =>
        double.createCheckoutSession({
          amount: 1000,
          amount_discount: 200,
          amount_tax: 150,
          amount_shipping: 50,
        }),
      {
        amount_subtotal: 1000,
        amount_total: 1000,
        total_details: { amount_discount: 200, amount_tax: 150, amount_shipping: 50 },
      },
    ],
    [
      'takes yen without decimals',
      (double) => double.pay(double.createCheckoutSession({ amount: 1200, currency: 'JPY' }).id),
      { currency: 'jpy', amount_total: 1200, payment_status: 'paid' },
    ],
    [
      'takes dinars with three decimals',
      (double) => double.pay(double.createCheckoutSession({ amount: 12_340, currency: 'kwd' }).id),
      { currency: 'kwd', amount_total: 12_340, payment_status: 'paid' },
    ],
    [
      'shows what the buyer paid in their own currency',
      (double) =>
        double.pay(double.createCheckoutSession({ amount: 1000 }).id, {
          presentment: { amount: 925, currency: 'eur' },
        }),
      {
        currency: 'usd',
        amount_total: 1000,
        presentment_details: { presentment_amount: 925, presentment_currency: 'eur' },
      },
    ],
    [
      'in setup mode has no money at all',
      (double) => double.pay(double.createCheckoutSession({ mode: 'setup' }).id),
      {
        mode: 'setup',
        payment_status: 'no_payment_required',
        currency: null,
        amount_total: null,
        payment_intent: null,
        setup_intent: expect.stringMatching(/^seti_1/),
      },
    ],
    [
      'in subscription mode has an invoice instead of a payment intent',
      (double) => double.pay(double.createCheckoutSession({ mode: 'subscription', amount: 900 }).id),
      {
        mode: 'subscription',
        payment_status: 'paid',
        payment_intent: null,
        subscription: expect.stringMatching(/^sub_1/),
        invoice: expect.stringMatching(/^in_1/),
      },
    ],
    [
      'carries reference and metadata of its link',
      (double) =>
        double.createCheckoutSession({
          payment_link: double.createPaymentLink({ amount: 700, metadata: { campaign: 'autumn' } }).id,
          client_reference_id: 'rt_abc-1',
          metadata: { own: 'yes' },
        }),
      {
        amount_total: 700,
        client_reference_id: 'rt_abc-1',
        metadata: { campaign: 'autumn', own: 'yes' },
        payment_link: expect.stringMatching(/^plink_1/),
      },
    ],
  ]

  it.each(cases)('%s', async (_name, act, expected) => {
    const { id } = act(fixture.double)
    const session = await stripe.checkout.sessions.retrieve(id)
    expect(session).toMatchObject({ object: 'checkout.session', id, livemode: false, ...expected })
    expect(id).toMatch(/^cs_test_[A-Za-z0-9]{10,250}$/)
  })

  it('tells who the buyer is, as Stripe does', async () => {
    const { id } = fixture.double.pay(fixture.double.createCheckoutSession().id, {
      email: 'ada@buyers.example',
    })
    const { session, charge } = await chargeOf(id)
    expect(session.customer_details).toMatchObject({ email: 'ada@buyers.example', name: expect.any(String) })
    expect(charge.billing_details.address?.line1).toContain('Sample Street')
  })

  it('expires by itself after 24 hours', async () => {
    const { id } = fixture.double.createCheckoutSession()
    fixture.pass(day)
    await expect(stripe.checkout.sessions.retrieve(id)).resolves.toMatchObject({ status: 'expired' })
    expect(await eventTypes()).toContain('checkout.session.expired')
  })

  it('cannot be paid twice', () => {
    const { id } = fixture.double.pay(fixture.double.createCheckoutSession().id)
    expect(() => fixture.double.pay(id)).toThrow('is complete, not open')
  })
})

describe('the money of a payment', () => {
  it('reaches the balance less the fee', async () => {
    const { id } = fixture.double.pay(fixture.double.createCheckoutSession({ amount: 2900 }).id)
    const { intent, charge, transaction } = await chargeOf(id)
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 2900 })
    expect(charge).toMatchObject({ paid: true, amount: 2900, amount_refunded: 0, disputed: false })
    expect(transaction).toMatchObject({
      amount: 2900,
      fee: 114,
      net: 2786,
      currency: 'usd',
      exchange_rate: null,
    })
  })

  it('is not there yet while a debit is under way', async () => {
    const { id } = fixture.double.pay(fixture.double.createCheckoutSession().id, { method: 'bank_debit' })
    const before = await chargeOf(id)
    expect(before.intent.status).toBe('processing')
    expect(before.charge).toMatchObject({ paid: false, status: 'pending', balance_transaction: null })
    fixture.double.settleDelayed(id)
    expect((await chargeOf(id)).transaction).toMatchObject({ amount: 2900, fee: 23 })
  })

  it.each([
    { amount: 1200, currency: 'jpy', rate: 0.0067, settled: 804 },
    { amount: 12_000, currency: 'kwd', rate: 3.25, settled: 3900 },
    { amount: 5000, currency: 'eur', rate: 1.1, settled: 5500 },
  ])('is converted from $currency', async ({ amount, currency, rate, settled }) => {
    const { id } = fixture.double.pay(fixture.double.createCheckoutSession({ amount, currency }).id, {
      settlement: { currency: 'usd', exchange_rate: rate, fee: 50 },
    })
    const { transaction } = await chargeOf(id)
    expect(transaction).toMatchObject({
      amount: settled,
      currency: 'usd',
      exchange_rate: rate,
      fee: 50,
      net: settled - 50,
    })
  })

  it('goes back in parts, then whole, and a refund may fail later', async () => {
    const { id } = fixture.double.pay(fixture.double.createCheckoutSession({ amount: 1000 }).id)
    fixture.double.refund(id, { amount: 300, reason: 'requested_by_customer' })
    expect((await chargeOf(id)).charge).toMatchObject({ amount_refunded: 300, refunded: false })
    const rest = fixture.double.refund(id)
    expect(rest.amount).toBe(700)
    expect((await chargeOf(id)).charge).toMatchObject({ amount_refunded: 1000, refunded: true })
    expect(() => fixture.double.refund(id)).toThrow('0 left')
    fixture.double.failRefund(rest.id)
    expect((await chargeOf(id)).charge).toMatchObject({ amount_refunded: 300, refunded: false })
    const { intent } = await chargeOf(id)
    const refunds = await stripe.refunds.list({ payment_intent: intent.id })
    expect(refunds.data.map(({ status, amount }) => [status, amount])).toEqual([
      ['failed', 700],
      ['succeeded', 300],
    ])
    expect(await eventTypes()).toEqual(
      expect.arrayContaining(['refund.created', 'charge.refunded', 'refund.failed']),
    )
  })

  it('leaves the balance for a pending refund only when that settles', async () => {
    const { id } = fixture.double.pay(fixture.double.createCheckoutSession({ amount: 1000 }).id)
    const pending = fixture.double.refund(id, { amount: 400, status: 'pending' })
    expect(pending).toMatchObject({ status: 'pending', balance_transaction: null })
    fixture.double.settleRefund(pending.id)
    const refund = await stripe.refunds.retrieve(pending.id, { expand: ['balance_transaction'] })
    expect(refund).toMatchObject({
      status: 'succeeded',
      balance_transaction: { amount: -400, type: 'refund' },
    })
  })

  it.each([
    { open: 'needs_response', close: 'won', money: [-1000, 1000] },
    { open: 'needs_response', close: 'lost', money: [-1000] },
    { open: 'warning_needs_response', close: 'warning_closed', money: [] },
  ] as const)('of a dispute that is $close', async ({ open, close, money }) => {
    const { id } = fixture.double.pay(fixture.double.createCheckoutSession({ amount: 1000 }).id)
    const { id: disputeId } = fixture.double.openDispute(id, { status: open })
    expect((await chargeOf(id)).charge.disputed).toBe(true)
    expect(fixture.double.answerDispute(disputeId).status).toMatch(/under_review$/)
    fixture.double.closeDispute(disputeId, { status: close })
    const dispute = await stripe.disputes.retrieve(disputeId)
    expect(dispute).toMatchObject({ status: close, amount: 1000 })
    expect(dispute.balance_transactions.map(({ amount }) => amount)).toEqual(money)
  })

  it('of a renewing product can be refunded although the session shows no intent', () => {
    const { id } = fixture.double.pay(
      fixture.double.createCheckoutSession({ mode: 'subscription', amount: 900 }).id,
    )
    expect(fixture.double.refund(id)).toMatchObject({ amount: 900, status: 'succeeded' })
  })
})

it('takes moments in the past, so that a demo can have weeks behind it', async () => {
  const at = noon - 20 * day
  const { id } = fixture.double.createCheckoutSession({ at })
  fixture.double.pay(id, { at: at + 60_000 })
  const { session, charge } = await chargeOf(id)
  expect([session.created, charge.created]).toEqual([at / 1000, at / 1000 + 60])
})

it('gives the same ids for the same seed', async () => {
  const other = await doubleForTests()
  const third = await doubleForTests({ seed: 'another' })
  try {
    expect(other.account).toEqual(fixture.account)
    expect(third.account.id).not.toBe(fixture.account.id)
  } finally {
    await other.double.close()
    await third.double.close()
  }
})
