import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalCdf, normalQuantile, normalTail, twoSidedQuantile } from './normal.ts'

test('the quantile inverts the cdf, far into the tail', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 300, noNaN: true }), (exponent) => {
      const p = 0.5 * 10 ** -exponent
      expect(Math.abs(normalCdf(normalQuantile(p)) - p)).toBeLessThanOrEqual(1e-10 * p)
    }),
  )
})

test('symmetry and one direction', () => {
  fc.assert(
    fc.property(fc.double({ min: -38, max: 38, noNaN: true }), (z) => {
      expect(normalCdf(z)).toBe(normalTail(-z))
      expect(normalCdf(z) + normalTail(z)).toBeCloseTo(1, 14)
      expect(normalCdf(z + 0.01)).toBeGreaterThanOrEqual(normalCdf(z))
    }),
  )
})

test.each([
  [normalCdf(Number.NEGATIVE_INFINITY), 0],
  [normalCdf(Number.POSITIVE_INFINITY), 1],
  [normalCdf(0), 0.5],
  [normalQuantile(0), Number.NEGATIVE_INFINITY],
  [normalQuantile(1), Number.POSITIVE_INFINITY],
  [normalQuantile(1.5), Number.NaN],
  [normalQuantile(Number.NaN), Number.NaN],
])('limit %d is %d', (got, expected) => {
  expect(got).toBe(expected)
})

test('critical values', () => {
  expect(twoSidedQuantile(0.05)).toBeCloseTo(1.959963984540054, 14)
  expect(twoSidedQuantile(0.04)).toBeCloseTo(2.0537489106318225, 14)
})
