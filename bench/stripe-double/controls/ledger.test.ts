import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { day, doubleForTests, noon } from '../double-for-tests.ts'

type Fixture = Awaited<ReturnType<typeof doubleForTests>>
let fixture: Fixture

beforeEach(async () => {
  fixture = await doubleForTests()
})
afterEach(() => fixture.double.close())

function sale(
  amount: number,
  rest: {
    currency?: string
    at?: number
    settlement?: { currency: string; exchange_rate: number; fee: number }
  } = {},
) {
  const { currency = 'usd', at = noon, settlement } = rest
  const { id } = fixture.double.createCheckoutSession({ amount, currency, at })
  return fixture.double.pay(id, { at, ...(settlement && { settlement }) }).id
}

it('sums what was charged, given back and lost, by session and by day', () => {
  const first = sale(10_000)
  const second = sale(5000, { at: noon + day })
  fixture.double.refund(first, { amount: 2500, at: noon + day })
  fixture.double.failRefund(fixture.double.refund(first, { amount: 1000, at: noon }).id, { at: noon })
  const dispute = fixture.double.openDispute(second, { at: noon + 2 * day })
  fixture.double.closeDispute(dispute.id, { status: 'lost', at: noon + 3 * day })
  const { payments, days, settled_days } = fixture.double.ledger(fixture.account.id)
  expect(payments).toMatchObject([
    { id: first, gross: 10_000, refunded: 2500, lost: 0, net: 7500, settled: { fee: 320, net: 7500 } },
    { id: second, gross: 5000, refunded: 0, lost: 5000, net: 0, settled: { fee: 175 + 1500 } },
  ])
  expect(days).toEqual([
    { day: '2026-11-24', currency: 'usd', orders: 1, gross: 10_000, refunded: 0, lost: 0, net: 10_000 },
    { day: '2026-11-25', currency: 'usd', orders: 1, gross: 5000, refunded: 2500, lost: 0, net: 2500 },
    { day: '2026-11-26', currency: 'usd', orders: 0, gross: 0, refunded: 0, lost: 5000, net: -5000 },
  ])
  expect(settled_days.map(({ fee }) => fee)).toEqual([320, 175, 1500])
})

it('keeps currencies apart, and knows what they settled as', () => {
  sale(1000)
  const yen = sale(1200, { currency: 'jpy', settlement: { currency: 'usd', exchange_rate: 0.0067, fee: 50 } })
  fixture.double.refund(yen, { amount: 600 })
  const { days, settled_days } = fixture.double.ledger(fixture.account.id)
  expect(days).toMatchObject([
    { currency: 'jpy', gross: 1200, refunded: 600, net: 600 },
    { currency: 'usd', gross: 1000, net: 1000 },
  ])
  expect(settled_days).toMatchObject([
    { currency: 'usd', gross: 1804, refunded: 402, net: 1402, fee: 50 + 59 },
  ])
})

it('counts days in the time zone it is asked for', () => {
  sale(1000, { at: Date.UTC(2026, 10, 24, 23, 30) })
  const days = (timezone: string) =>
    fixture.double.ledger(fixture.account.id, { timezone }).days.map(({ day: name }) => name)
  expect(days('UTC')).toEqual(['2026-11-24'])
  expect(days('Europe/Berlin')).toEqual(['2026-11-25'])
})

it('leaves out what was never paid, and the other mode and account', () => {
  const { id } = fixture.double.createCheckoutSession()
  fixture.double.pay(id, { method: 'bank_debit' })
  fixture.double.failDelayed(id)
  fixture.double.pay(fixture.double.createCheckoutSession({ livemode: true }).id)
  fixture.double.pay(fixture.double.createCheckoutSession({ account: fixture.euroAccount.id }).id)
  expect(fixture.double.ledger(fixture.account.id).payments).toEqual([])
  expect(fixture.double.ledger(fixture.account.id, { livemode: true }).payments).toHaveLength(1)
  expect(fixture.double.ledger(fixture.euroAccount.id).days).toMatchObject([{ currency: 'eur', gross: 2900 }])
})

describe('each payment once, under the id it is known by', () => {
  it('is a session, an invoice or a payment intent', () => {
    const { double } = fixture
    const session = double.pay(double.createCheckoutSession({ mode: 'subscription', amount: 900 }).id)
    const subscription = String(session.subscription)
    const renewal = double.renewSubscription(subscription, { at: noon + day })
    const customer = String(session.customer)
    const own = double.confirmPaymentIntent(double.createPaymentIntent({ amount: 500, customer }).id)
    const bill = double.payInvoice(double.createInvoice({ customer, amount: 700 }).id)
    const bought = double.pay(double.createCheckoutSession({ amount: 300, invoice_creation: true }).id)
    double.pay(double.createCheckoutSession({ amount: 0 }).id)
    double.renewSubscription(subscription, { method: 'declined_card' })
    expect(
      double
        .ledger(fixture.account.id)
        .payments.map((row) => [row.id, row.kind, row.subscription, row.gross]),
    ).toEqual([
      [session.id, 'first', subscription, 900],
      [own.id, 'one_off', null, 500],
      [bill.id, 'one_off', null, 700],
      [bought.id, 'one_off', null, 300],
      [renewal.id, 'renewal', subscription, 900],
    ])
  })

  it('knows what the buyer saw, how its dispute ended, and what has not settled yet', () => {
    const { double } = fixture
    const [seen, later] = [1000, 2000].map((amount) => double.createCheckoutSession({ amount }).id)
    double.pay(seen ?? '', { presentment: { amount: 925, currency: 'eur' } })
    double.pay(later ?? '', { balance: 'later' })
    const dispute = double.openDispute(seen ?? '')
    expect(double.ledger(fixture.account.id).payments).toMatchObject([
      { presented: { amount: 925, currency: 'eur' }, dispute: 'needs_response', lost: 0 },
      { presented: null, dispute: null, gross: 2000, settled: null },
    ])
    double.closeDispute(dispute.id, { status: 'won' })
    double.postBalance(later ?? '')
    expect(double.ledger(fixture.account.id).payments).toMatchObject([
      { dispute: 'won', net: 1000, settled: { net: 1000, fee: 59 + 1500 } },
      { settled: { gross: 2000, fee: 88 } },
    ])
  })

  it('takes a refund at its own rate', () => {
    const yen = sale(1200, {
      currency: 'jpy',
      settlement: { currency: 'usd', exchange_rate: 0.0067, fee: 50 },
    })
    fixture.double.refund(yen, { amount: 600, exchange_rate: 0.008 })
    expect(fixture.double.ledger(fixture.account.id).payments).toMatchObject([
      { refunded: 600, net: 600, settled: { gross: 804, refunded: 480, net: 324 } },
    ])
  })
})
