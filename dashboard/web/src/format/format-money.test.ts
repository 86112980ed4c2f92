import { expect, test } from 'vitest'
import { currencyName, formatAxisMoney, formatMoney, formatOthers, formatShortMoney } from './format-money.ts'

// Intl puts a no-break space between a code and its figure.
const plain = (text: string) => text.replaceAll('\u00a0', ' ')

test.each([
  [120.5, 'usd', '$120.50', '$121', '$121'],
  [12.5, 'usd', '$12.50', '$12.50', '$12.50'],
  [0, 'usd', '$0.00', '$0', '$0'],
  [640, 'usd', '$640.00', '$640', '$640'],
  [14_218.37, 'usd', '$14,218.37', '$14,218', '$14.2K'],
  [25_000_000, 'usd', '$25,000,000.00', '$25M', '$25M'],
  [-49, 'eur', '-€49.00', '-€49', '-€49'],
  [500, 'jpy', '¥500', '¥500', '¥500'],
  [12.345, 'kwd', 'KWD 12.345', 'KWD 12.345', 'KWD 12.345'],
])('%d %s is %s, %s in a column and %s on an axis', (value, currency, full, short, axis) => {
  const amount = { value, currency }
  expect(plain(formatMoney(amount))).toBe(full)
  expect(plain(formatShortMoney(amount))).toBe(short)
  expect(plain(formatAxisMoney(amount))).toBe(axis)
})

test('other currencies stand beside each other', () => {
  expect(formatOthers(undefined)).toBe('')
  expect(
    formatOthers([
      { value: 120, currency: 'eur' },
      { value: 8, currency: 'gbp' },
    ]),
  ).toBe('+ €120.00 + £8.00')
})

test('a currency is named, an unknown one by its code', () => {
  expect(currencyName('usd')).toBe('US Dollar (USD)')
  expect(currencyName('qqq')).toBe('QQQ')
})
