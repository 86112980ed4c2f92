import Stripe from 'stripe'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as questions from '../../verifier/stripe/questions.ts'
import { apiVersion, createStripeApi } from '../../verifier/stripe/stripe-api.ts'
import { type StripeMock, startStripeMock } from './stripe-mock-for-tests.ts'

/*
 * Every request that the verifier can make, sent to Stripe's own stripe-mock: it refuses paths and parameters that
 * are not in Stripe's OpenAPI description, and knows nothing of what the double believes.
 */

let mock: StripeMock | { unavailable: string }
beforeAll(async () => {
  mock = await startStripeMock()
}, 60_000)
afterAll(async () => {
  if ('close' in mock) await mock.close()
})

const span = { from: Date.UTC(2026, 10, 1), until: Date.UTC(2026, 10, 24) }
const next = (id: string) => ({ ...span, after: id })
const session = 'cs_test_a1VgmUqfPebLn5MKfPItTB7SPANzyY48KDzR9E79CzAo1k'
const whole = 'payment_intent.latest_charge.balance_transaction'
const intent = { payment_intent: 'pi_3QxyzLkdIwHu7ix01' }

type Ask = (stripe: Stripe) => Promise<unknown>
/** A new question gets a row here, under its own name; a question without one fails the test at the end. */
const asked: [name: keyof typeof questions, ...calls: Ask[]][] = [
  [
    'askSessions',
    questions.askSessions(span, 'complete')([`data.${whole}`]).call,
    questions.askSessions(next(session), 'any')([]).call,
  ],
  [
    'askSessionsOf',
    questions.askSessionsOf(intent)([`data.${whole}`]).call,
    questions.askSessionsOf({ subscription: 'sub_1QxyzLkdIwHu7ix0' })([]).call,
  ],
  ['askCharges', questions.askCharges(span)(true).call, questions.askCharges(next('ch_3Qxyz'))(false).call],
  ['askCharge', questions.askCharge('ch_3Qxyz')(true).call],
  ['askRefunds', questions.askRefunds(next('re_3Qxyz'))(true).call],
  [
    'askRefundsOf',
    questions.askRefundsOf(intent)(true).call,
    questions.askRefundsOf({ charge: 'ch_3Qxyz' })(false).call,
  ],
  ['askRefund', questions.askRefund('re_3Qxyz')(true).call],
  ['askDisputes', questions.askDisputes(next('du_1Qxyz'))(true).call],
  ['askDisputesOf', questions.askDisputesOf(intent.payment_intent)(true).call],
  ['askDispute', questions.askDispute('du_1Qxyz')(true).call],
  ['askInvoices', questions.askInvoices(next('in_1Qxyz'))(true).call],
  ['askInvoice', questions.askInvoice('in_1Qxyz')(true).call],
  ['askInvoicePayments', questions.askInvoicePayments(next('inpay_1Qxyz'))(true).call],
  [
    'askInvoicePaymentsOf',
    questions.askInvoicePaymentsOf({ invoice: 'in_1Qxyz' })(true).call,
    questions.askInvoicePaymentsOf(intent)(true).call,
  ],
  ['askIntent', questions.askIntent('pi_3Qxyz')(true).call, questions.askIntent('pi_3Qxyz')(false).call],
  ['askCustomer', questions.askCustomer('cus_Qxyz')(true).call],
  ['askPaymentLink', questions.askPaymentLink('plink_1Qxyz')(true).call],
  [
    'askEvents',
    questions.askEvents(next('evt_1Qxyz'), ['checkout.session.completed', 'charge.refunded', 'invoice.paid'])(
      true,
    ).call,
  ],
]

it.for(asked)('%s is a request of Stripe’s API', async ([_name, ...calls], { skip }) => {
  if ('unavailable' in mock) return skip(mock.unavailable)
  const stripe = new Stripe('sk_test_4eC39HqLyjWDarjtT1zdp7dc', {
    apiVersion,
    host: '127.0.0.1',
    port: mock.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  })
  const statuses: number[] = []
  stripe.on('response', ({ status }: Stripe.ResponseEvent) => statuses.push(status))
  for (const call of calls) await call(stripe)
  expect(statuses).toEqual(calls.map(() => 200))
})

it('so are the look-up of a claim and the test of a key', async ({ skip }) => {
  if ('unavailable' in mock) return skip(mock.unavailable)
  const api = createStripeApi({
    key: 'sk_test_4eC39HqLyjWDarjtT1zdp7dc',
    livemode: false,
    base: `http://127.0.0.1:${mock.port}`,
    timeoutMs: 10_000,
  })
  try {
    expect(await api.testKey()).toEqual({ kind: 'accepted' })
    expect(await api.readAccount()).toMatchObject({ kind: 'account' })
    expect(await api.retrieveSession(session, [whole])).toMatchObject({ kind: 'session' })
  } finally {
    api.close()
  }
})

it('no question of the verifier is left out', () => {
  const asks = Object.keys(questions).filter((name) => name.startsWith('ask'))
  expect(asked.map(([name]) => name).toSorted()).toEqual(asks.toSorted())
})
