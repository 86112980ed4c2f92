import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chiSquareTail } from './chi-square.ts'
import { gammaTails, logGamma } from './gamma.ts'

const positive = (max: number) => fc.double({ min: 1e-3, max, noNaN: true })

test.each([
  [0.5, Math.log(Math.sqrt(Math.PI))],
  [1, 0],
  [2, 0],
  [5, Math.log(24)],
  [0, Number.POSITIVE_INFINITY],
])('ln Γ(%d)', (x, expected) => {
  if (Number.isFinite(expected)) expect(logGamma(x)).toBeCloseTo(expected, 13)
  else expect(logGamma(x)).toBe(expected)
})

test('Γ(x + 1) = x Γ(x)', () => {
  fc.assert(
    fc.property(positive(1e6), (x) => {
      const [one, next] = [logGamma(x) + Math.log(x), logGamma(x + 1)]
      expect(Math.abs(one - next)).toBeLessThanOrEqual(1e-13 * Math.max(10, Math.abs(next)))
    }),
  )
})

test('the tails of the gamma function add up to 1 and move one way', () => {
  fc.assert(
    fc.property(positive(1e4), positive(1e4), (a, x) => {
      const here = gammaTails(a, x)
      expect(here.lower + here.upper).toBeCloseTo(1, 12)
      const further = gammaTails(a, x * 1.01)
      expect(further.upper).toBeLessThanOrEqual(here.upper + 1e-13)
      expect(further.lower).toBeGreaterThanOrEqual(here.lower - 1e-13)
    }),
  )
})

test('with two degrees of freedom chi-square is exponential, far into the tail', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1_400, noNaN: true }), (x) => {
      const exact = Math.exp(-x / 2)
      expect(Math.abs(chiSquareTail(x, 2) - exact)).toBeLessThanOrEqual(1e-11 * exact)
    }),
  )
})

test.each([
  [0, 3, 1],
  [Number.POSITIVE_INFINITY, 3, 0],
  [1, 0, Number.NaN],
  [Number.NaN, 1, Number.NaN],
])('chi-square tail at %d with %d degrees', (x, df, expected) => {
  expect(chiSquareTail(x, df)).toBe(expected)
})
