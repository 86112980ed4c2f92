import { expect, test } from 'vitest'
import { deltaOf } from './delta.ts'

const usd = (value: number) => ({ amount: value * 100, currency: 'usd', value })

test.each([
  ['visitors', 1_124, 1_000, '+12.4%', 'good'],
  ['visitors', 880, 1_000, '−12%', 'bad'],
  ['visitors', 1_000, 1_000, 'no change', 'same'],
  ['visitors', 1_000_001, 1_000_000, 'no change', 'same'],
  ['visitors', 2_500, 100, '+2,400%', 'good'],
  ['visitors', 50_000, 100, '+500×', 'good'],
  ['revenue', usd(131), usd(100), '+31%', 'good'],
  ['bounce_rate', 41, 44, '−3 pt', 'good'],
  ['bounce_rate', 44.2, 44, '+0.2 pt', 'bad'],
  ['payment_conversion_rate', 1.55, 1.47, '+0.08 pt', 'good'],
  ['visit_duration', 134, 125, '+9s', 'good'],
  ['visit_duration', 61, 125, '−1m 4s', 'bad'],
] as const)('%s from %j to %j', (metric, now, before, text, tone) => {
  expect(deltaOf(metric, now, before)).toEqual({ text, tone })
})

test('nothing before, or nothing known, is no delta', () => {
  expect(deltaOf('visitors', 10, 0)).toBeNull()
  expect(deltaOf('visitors', null, 3)).toBeNull()
  expect(deltaOf('revenue', usd(3), undefined)).toBeNull()
})
