import fc from 'fast-check'
import { expect, test } from 'vitest'
import { solveInBracket } from './bracket.ts'

test('any root inside the bracket is found', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (root) => {
      const found = solveInBracket((x) => x ** 3 - root ** 3, 0, 2e6)
      expect(Math.abs(found - root)).toBeLessThanOrEqual(1e-12 * root)
    }),
  )
})

test('a root at an end is that end', () => {
  expect(solveInBracket((x) => x, 0, 1)).toBe(0)
  expect(solveInBracket((x) => x - 1, 0, 1)).toBe(1)
})

test('no root is refused', () => {
  expect(() => solveInBracket(() => 1, 0, 1)).toThrow(RangeError)
})
