import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  anyTimeMultiplier,
  anyTimeMultiplierOneSided,
  anyTimeP,
  anyTimePOneSided,
  mixingVariance,
} from './any-time.ts'

test.each([
  [0.05, 7.9362],
  [0.01, 11.5337],
  [0.04, 8.4443],
])('the constant of alpha %d', (alpha, constant) => {
  expect(mixingVariance(alpha, 1)).toBeCloseTo(constant, 4)
})

test.each([
  [0.05, [3.855, 3.264, 3.084, 3.035, 3.061, 3.127, 3.242]],
  [0.01, [4.316, 3.773, 3.613, 3.572, 3.596, 3.653, 3.753]],
])('the multipliers of statistics.md at alpha %d', (alpha, published) => {
  const found = [0.1, 0.25, 0.5, 1, 2, 4, 10].map((n) => anyTimeMultiplier({ n, tightestAt: 1, alpha }))
  expect(found.map((c) => Number(c.toFixed(3)))).toEqual(published)
})

const look = fc.record({
  n: fc.double({ min: 1, max: 1e9, noNaN: true }),
  tightestAt: fc.double({ min: 1, max: 1e9, noNaN: true }),
  alpha: fc.double({ min: 1e-4, max: 0.2, noNaN: true }),
})

test('at the boundary the p-value is the level', () => {
  fc.assert(
    fc.property(look, (at) => {
      expect(anyTimeP(anyTimeMultiplier(at), at)).toBeCloseTo(at.alpha, 9)
      expect(anyTimePOneSided(anyTimeMultiplierOneSided(at), at)).toBeCloseTo(at.alpha, 9)
    }),
  )
})

test('the band is never narrower than at the n it is tuned for', () => {
  fc.assert(
    fc.property(look, (at) => {
      const tightest = anyTimeMultiplier({ ...at, n: at.tightestAt })
      expect(anyTimeMultiplier(at)).toBeGreaterThanOrEqual(tightest * 0.998)
    }),
  )
})

test('before the first visitor nothing can be said', () => {
  const at = { n: 0, tightestAt: 100, alpha: 0.05 }
  expect(anyTimeMultiplier(at)).toBe(Number.POSITIVE_INFINITY)
  expect(anyTimeMultiplierOneSided(at)).toBe(Number.POSITIVE_INFINITY)
  expect(anyTimeP(0, at)).toBe(1)
})
