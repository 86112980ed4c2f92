import fc from 'fast-check'
import { expect, test } from 'vitest'
import { betaKernel, betaQuantile, betaTails } from './beta.ts'

const parameter = fc.double({ min: 0.1, max: 1e5, noNaN: true })
const share = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true })

test('the tails add up to 1 and mirror', () => {
  fc.assert(
    fc.property(parameter, parameter, share, (a, b, x) => {
      const { lower, upper } = betaTails({ a, b }, x)
      expect(lower + upper).toBeCloseTo(1, 12)
      expect(betaTails({ a: b, b: a }, 1 - x, x).upper).toBeCloseTo(lower, 12)
    }),
  )
})

test('the quantile inverts the cdf', () => {
  fc.assert(
    fc.property(parameter, parameter, share, (a, b, p) => {
      const x = betaQuantile({ a, b }, p)
      fc.pre(x > 1e-300 && x < 1 - 1e-9)
      expect(Math.abs(betaTails({ a, b }, x).lower - p)).toBeLessThanOrEqual(1e-9)
    }),
  )
})

test('the kernel is the slope of the cdf', () => {
  const beta = { a: 26, b: 900 }
  const [x, step] = [0.03, 1e-6]
  const slope = (betaTails(beta, x + step).lower - betaTails(beta, x - step).lower) / (2 * step)
  expect(betaKernel(beta, x) / (x * (1 - x))).toBeCloseTo(slope, 4)
})

test.each([
  [{ a: 2, b: 3 }, 0, { lower: 0, upper: 1 }],
  [{ a: 2, b: 3 }, 1, { lower: 1, upper: 0 }],
  [{ a: 0, b: 3 }, 0.5, { lower: Number.NaN, upper: Number.NaN }],
])('Beta %o at %d', (beta, x, expected) => {
  expect(betaTails(beta, x)).toEqual(expected)
})

test.each([
  [0, 0],
  [1, 1],
  [-1, Number.NaN],
])('quantile of %d', (p, expected) => {
  expect(betaQuantile({ a: 2, b: 3 }, p)).toBe(expected)
})
