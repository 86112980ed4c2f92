import { expect, test } from 'vitest'
import { gaussLegendre, integrate } from './gauss-legendre.ts'

test.each([5, 20, 64])('a rule of %d points is exact for its highest power', (count) => {
  const rule = gaussLegendre(count)
  const power = 2 * count - 2
  expect(integrate(rule, (x) => x ** power, [-1, 1])).toBeCloseTo(2 / (power + 1), 13)
  expect(integrate(rule, Math.exp, [0, 1])).toBeCloseTo(Math.E - 1, 11)
})
