import { expect, test } from 'vitest'
import { toMinorUnits, toMoney } from './money.ts'
import { stripeSessionMode } from './stripe-session-id.ts'

test.each([
  [16_950, 'USD', { amount: 16_950, currency: 'usd', value: 169.5 }],
  [500, 'jpy', { amount: 500, currency: 'jpy', value: 500 }],
  [12_345, 'kwd', { amount: 12_345, currency: 'kwd', value: 12.345 }],
  [50_000, 'isk', { amount: 50_000, currency: 'isk', value: 500 }],
  [50_000, 'ugx', { amount: 50_000, currency: 'ugx', value: 500 }],
])('%i minor units of %s', (amount, currency, money) => {
  expect(toMoney(amount, currency)).toEqual(money)
  expect(toMinorUnits(money.value, currency)).toBe(amount)
})

test.each([
  ['cs_test_a1B2c3D4e5F6', 'test'],
  ['cs_live_a1B2c3D4e5F6', 'live'],
  ['', null],
  ['{CHECKOUT_SESSION_ID}', null],
  ['cs_test_short', null],
  ["cs_test_a1B2c3D4e5F6'--", null],
  [`cs_test_${'a'.repeat(251)}`, null],
])('%s is of mode %s', (id, mode) => {
  expect(stripeSessionMode(id)).toBe(mode)
})
