import { expect, test } from 'vitest'
import { checkoutSession } from '../stripe/checkout-session.ts'
import { attribute, type Evidence, stronger, unattributed } from './attribute.ts'
import { foundSession, rowOfPayment } from './found-payment.ts'

const created = Date.parse('2026-11-24T10:30:00Z') / 1000

const raw = {
  id: 'cs_test_a1b2c3d4e5f6',
  object: 'checkout.session',
  livemode: false,
  created,
  mode: 'payment',
  status: 'complete',
  payment_status: 'paid',
  amount_total: 2900,
  currency: 'usd',
  payment_link: 'plink_1',
  client_reference_id: 'order-7',
  payment_intent: 'pi_1',
  customer_details: { email: 'jane@buyers.example', name: 'Jane Sample' },
  customer_email: 'jane@buyers.example',
  metadata: { note: 'Jane' },
}

const site = { site_id: 3, timezone: 'America/Los_Angeles', timezone_next: '', timezone_next_at: 0 }

function payment(change: Record<string, unknown> = {}, ofSite = site) {
  const found = foundSession(checkoutSession.parse({ ...raw, ...change }), 1n)
  if (!found) return null
  return rowOfPayment(found, {
    site: ofSite,
    accountId: 'acct_1',
    attribution: unattributed,
    verifiedAt: created * 1000,
    version: 1n,
  })
}

test('nothing of the buyer passes the door', () => {
  expect(JSON.stringify(checkoutSession.parse(raw))).not.toMatch(/jane/i)
  expect(payment({ client_reference_id: 'jane@buyers.example' })?.client_reference_id).toBe('')
})

const charge = { created: created + 86_400, balance_transaction: null }
const settled = { amount: 2600, currency: 'EUR', fee: 110 }

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  [
    'a bare session',
    {},
    { day: '2026-11-24', payment_intent_id: 'pi_1', settled_amount: null, settled_currency: '', fee: null },
  ],
  [
    'a session with its charge',
    { payment_intent: { id: 'pi_2', status: 'succeeded', latest_charge: charge } },
    { day: '2026-11-25', payment_intent_id: 'pi_2', settled_amount: null },
  ],
  [
    'a session with its settlement',
    {
      payment_intent: {
        id: 'pi_2',
        status: 'succeeded',
        latest_charge: { ...charge, balance_transaction: settled },
      },
    },
    { settled_amount: 2600, settled_currency: 'eur', fee: 110 },
  ],
  [
    'adaptive pricing',
    { presentment_details: { presentment_amount: 4200, presentment_currency: 'JPY' } },
    { amount: 2900, currency: 'usd', presentment_amount: 4200, presentment_currency: 'jpy' },
  ],
  [
    'a subscription',
    { mode: 'subscription', payment_intent: null },
    { kind: 'first', payment_intent_id: '' },
  ],
  [
    'a subscription with its invoice',
    { mode: 'subscription', payment_intent: null, subscription: 'sub_1', invoice: { id: 'in_1' } },
    { subscription_id: 'sub_1', invoice_id: 'in_1' },
  ],
  ['an expanded link', { payment_link: { id: 'plink_2', url: 'x' } }, { payment_link_id: 'plink_2' }],
  ['no link', { payment_link: null }, { payment_link_id: '' }],
  ['late in the evening', { created: Date.parse('2026-11-24T07:59:59Z') / 1000 }, { day: '2026-11-23' }],
])('%s', (_, change, expected) => {
  expect(payment(change)).toMatchObject({ site_id: 3, payment_id: raw.id, account_id: 'acct_1', ...expected })
})

test('a session without a currency is no payment', () => {
  expect(payment({ amount_total: null, currency: null })).toBeNull()
})

test('the day is that of the zone in force at the charge', () => {
  const moving = { ...site, timezone_next: 'Pacific/Auckland', timezone_next_at: created * 1000 }
  expect(payment({}, moving)?.day).toBe('2026-11-24')
  expect(payment({ created: created + 3600 }, moving)?.day).toBe('2026-11-25')
})

test('the strongest evidence gets the credit', () => {
  const visit = { ...unattributed, source: 'Newsletter', session_id: 5n }
  const claimed = { ...unattributed, source: 'Google', session_id: 6n, confidence: 'same_visitor' } as const
  const inherited = { ...claimed, source: 'Bing' }
  const credit = (evidence: Partial<Evidence>) =>
    attribute({ allowed: true, referenced: null, inherited: null, claimed: null, ...evidence })
  expect(credit({ referenced: visit, inherited, claimed })).toMatchObject({
    session_id: 5n,
    confidence: 'exact',
  })
  expect(credit({ inherited, claimed })).toEqual(inherited)
  expect(credit({ claimed })).toEqual(claimed)
  expect(credit({})).toEqual(unattributed)
  expect(credit({ allowed: false, referenced: visit, claimed })).toEqual(unattributed)
})

test('a later claim upgrades an unattributed payment, never the reverse', () => {
  const claimed = { ...unattributed, source: 'Google', session_id: 6n, confidence: 'same_visit' } as const
  const exact = { ...claimed, confidence: 'exact' } as const
  expect(stronger(unattributed, claimed)).toEqual(claimed)
  expect(stronger(claimed, exact)).toEqual(exact)
  expect(stronger(claimed, unattributed)).toEqual(claimed)
  expect(stronger(exact, claimed)).toEqual(exact)
})
