import type Stripe from 'stripe'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { day, doubleForTests, noon } from '../double-for-tests.ts'

type Fixture = Awaited<ReturnType<typeof doubleForTests>>
let fixture: Fixture
let stripe: Stripe

beforeEach(async () => {
  fixture = await doubleForTests()
  stripe = fixture.client(fixture.account.keys.test.restricted)
})
afterEach(() => fixture.double.close())

type Wishes = Parameters<Fixture['double']['createCheckoutSession']>[0]

/** A subscriber who came through Checkout. */
function subscriber(wishes: Wishes = {}, how: Parameters<Fixture['double']['pay']>[1] = {}) {
  const { id } = fixture.double.createCheckoutSession({ mode: 'subscription', amount: 900, ...wishes })
  const session = fixture.double.pay(id, how)
  return {
    session: id,
    subscription: String(session.subscription),
    invoice: String(session.invoice),
    customer: String(session.customer),
  }
}

async function newEvents(since: number) {
  const { data } = await stripe.events.list({ limit: 100, created: { gte: since / 1000 } })
  return data.toReversed()
}

const wholeInvoice = {
  expand: ['payments.data.payment.payment_intent', 'parent.subscription_details.subscription'],
}

/** What an invoice was paid with: since API version 2025-03-31 only its invoice payments know. */
async function paymentOf(invoice: string) {
  const found = await stripe.invoices.retrieve(invoice, wholeInvoice)
  const intent = found.payments?.data[0]?.payment.payment_intent
  if (intent === undefined || typeof intent === 'string') throw new Error('The intent is not expanded.')
  return { invoice: found, intent }
}

describe('a subscription through Checkout', () => {
  it('makes customer, subscription, first invoice and its payment', async () => {
    const made = subscriber({
      metadata: { revtrail_visit_id: 'on-session' },
      subscription_data: { metadata: { revtrail_visit_id: 'rt_visit' } },
    })
    const session = await stripe.checkout.sessions.retrieve(made.session, {
      expand: ['subscription', 'invoice.payments', 'customer'],
    })
    expect(session).toMatchObject({
      payment_status: 'paid',
      payment_intent: null,
      metadata: { revtrail_visit_id: 'on-session' },
      customer: { object: 'customer', id: made.customer, email: expect.stringMatching(/@buyers\.example$/) },
      subscription: { id: made.subscription, status: 'active', metadata: { revtrail_visit_id: 'rt_visit' } },
      invoice: { id: made.invoice, payments: { data: [{ object: 'invoice_payment', status: 'paid' }] } },
    })
    const { invoice, intent } = await paymentOf(made.invoice)
    expect(invoice).toMatchObject({
      billing_reason: 'subscription_create',
      status: 'paid',
      amount_paid: 900,
      metadata: {},
      parent: {
        type: 'subscription_details',
        subscription_details: {
          metadata: { revtrail_visit_id: 'rt_visit' },
          subscription: { id: made.subscription, latest_invoice: made.invoice },
        },
      },
      lines: { data: [{ metadata: { revtrail_visit_id: 'rt_visit' }, amount: 900 }] },
    })
    expect(intent).toMatchObject({ status: 'succeeded', amount: 900, customer: made.customer, metadata: {} })
    expect(intent).not.toHaveProperty('invoice')
    const ties = await stripe.invoicePayments.list({
      payment: { type: 'payment_intent', payment_intent: intent.id },
    })
    expect(ties.data.map(({ invoice: paid }) => paid)).toEqual([made.invoice])
  })

  it('tells its events, each object as it was then', async () => {
    const made = subscriber()
    const told = await newEvents(noon)
    expect(told.map(({ type }) => type)).toEqual([
      'customer.created',
      'payment_intent.created',
      'invoice.created',
      'invoice.finalized',
      'customer.subscription.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'invoice_payment.paid',
      'invoice.paid',
      'invoice.payment_succeeded',
      'checkout.session.completed',
    ])
    const created = told.find(({ type }) => type === 'invoice.created')
    expect(created?.data.object).toMatchObject({ id: made.invoice, status: 'open', amount_paid: 0 })
    expect(created?.data.object).not.toHaveProperty('payments')
  })

  it('is unpaid until a bank debit arrives, and so is its invoice', async () => {
    const made = subscriber({}, { method: 'bank_debit' })
    expect(await stripe.invoices.retrieve(made.invoice)).toMatchObject({ status: 'open', amount_paid: 0 })
    fixture.double.settleDelayed(made.session)
    expect(await stripe.invoices.retrieve(made.invoice)).toMatchObject({ status: 'paid', amount_paid: 900 })
    expect(await stripe.checkout.sessions.retrieve(made.session)).toMatchObject({ payment_status: 'paid' })
  })

  it('starts with an invoice of nothing when there is a trial', async () => {
    const made = subscriber({ subscription_data: { trial_period_days: 14 } })
    expect(await stripe.checkout.sessions.retrieve(made.session)).toMatchObject({
      payment_status: 'no_payment_required',
      amount_total: 0,
    })
    expect(await stripe.subscriptions.retrieve(made.subscription)).toMatchObject({
      status: 'trialing',
      trial_end: noon / 1000 + 14 * 86_400,
    })
    const first = await stripe.invoices.retrieve(made.invoice, { expand: ['payments'] })
    expect(first).toMatchObject({ status: 'paid', total: 0, payments: { data: [] } })
    const renewal = fixture.double.renewSubscription(made.subscription, { at: noon + 14 * day })
    expect(renewal).toMatchObject({ billing_reason: 'subscription_cycle', status: 'paid', total: 900 })
    expect(await stripe.subscriptions.retrieve(made.subscription)).toMatchObject({ status: 'active' })
  })

  it('takes plan and metadata from its Payment Link', async () => {
    const { id: payment_link } = fixture.double.createPaymentLink({
      mode: 'subscription',
      amount: 4200,
      recurring: { interval: 'year' },
      subscription_data: { metadata: { plan: 'gold' } },
    })
    const made = subscriber({ payment_link, mode: undefined, amount: undefined })
    const { items, metadata } = await stripe.subscriptions.retrieve(made.subscription)
    expect(metadata).toEqual({ plan: 'gold' })
    expect(items.data[0]).toMatchObject({
      price: { unit_amount: 4200, recurring: { interval: 'year' } },
      current_period_end: Date.UTC(2027, 10, 24, 12) / 1000,
    })
  })
})

describe('a renewal', () => {
  const later = noon + 30 * day

  it('is an invoice of its own with a charge of its own', async () => {
    const made = subscriber({ subscription_data: { metadata: { revtrail_visit_id: 'rt_visit' } } })
    fixture.pass(30 * day)
    const { id } = fixture.double.renewSubscription(made.subscription, {
      at: later,
      settlement: { currency: 'eur', exchange_rate: 0.9, fee: 40 },
    })
    const { invoice, intent } = await paymentOf(id)
    expect(invoice).toMatchObject({
      billing_reason: 'subscription_cycle',
      created: later / 1000,
      parent: { subscription_details: { metadata: { revtrail_visit_id: 'rt_visit' } } },
    })
    const charges = await stripe.charges.list({
      payment_intent: intent.id,
      expand: ['data.balance_transaction'],
    })
    expect(charges.data).toMatchObject([
      { created: later / 1000, balance_transaction: { amount: 810, currency: 'eur', fee: 40 } },
    ])
    const sessions = await stripe.checkout.sessions.list({ subscription: made.subscription })
    expect(sessions.data.map(({ invoice: first }) => first)).toEqual([made.invoice])
    expect((await newEvents(later)).map(({ type }) => type)).toEqual([
      'payment_intent.created',
      'invoice.created',
      'invoice.finalized',
      'customer.subscription.updated',
      'charge.succeeded',
      'payment_intent.succeeded',
      'invoice_payment.paid',
      'invoice.paid',
      'invoice.payment_succeeded',
    ])
  })

  it('falls behind with a declined card, and recovers', async () => {
    const made = subscriber()
    const { id } = fixture.double.renewSubscription(made.subscription, { method: 'declined_card' })
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'open', attempt_count: 1 })
    expect(await stripe.subscriptions.retrieve(made.subscription)).toMatchObject({ status: 'past_due' })
    expect((await paymentOf(id)).intent.last_payment_error?.code).toBe('card_declined')
    fixture.double.payInvoice(id)
    expect(await stripe.subscriptions.retrieve(made.subscription)).toMatchObject({ status: 'active' })
    const { intent, invoice } = await paymentOf(id)
    expect([invoice.status, invoice.attempt_count, intent.status]).toEqual(['paid', 2, 'succeeded'])
  })

  it('can wait, be paid by bank debit, and be given back', async () => {
    const made = subscriber()
    const { id } = fixture.double.renewSubscription(made.subscription, { collect: false, amount: 1000 })
    fixture.double.payInvoice(id, { method: 'bank_debit' })
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'open' })
    fixture.double.settlePaymentIntent(id)
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid', amount_paid: 1000 })
    fixture.double.refund(id, { amount: 400 })
    const { intent } = await paymentOf(id)
    const refunds = await stripe.refunds.list({ payment_intent: intent.id })
    expect(refunds.data.map(({ amount }) => amount)).toEqual([400])
  })

  it('comes no more after the end', async () => {
    const made = subscriber()
    fixture.double.cancelSubscription(made.subscription, { at_period_end: true })
    expect(() => fixture.double.renewSubscription(made.subscription)).toThrow('not renewed')
    fixture.double.cancelSubscription(made.subscription)
    expect((await stripe.subscriptions.list()).data).toEqual([])
    const all = await stripe.subscriptions.list({ status: 'all', customer: made.customer })
    expect(all.data).toMatchObject([{ id: made.subscription, status: 'canceled' }])
    expect((await newEvents(noon)).at(-1)?.type).toBe('customer.subscription.deleted')
  })

  it.each([
    ['2026-01-31', 'month', '2026-02-28'],
    ['2026-03-31', 'month', '2026-04-30'],
    ['2028-02-29', 'year', '2029-02-28'],
    ['2026-03-28', 'week', '2026-04-04'],
  ] as const)('of %s comes a %s later on %s', async (start, interval, end) => {
    const at = Date.parse(start)
    const made = subscriber({ recurring: { interval }, at }, { at })
    const { items } = await stripe.subscriptions.retrieve(made.subscription)
    expect(items.data[0]?.current_period_end).toBe(Date.parse(end) / 1000)
  })
})
