import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalTail } from './normal.ts'
import { studentCdf, studentQuantile, studentTail } from './student-t.ts'

const df = fc.double({ min: 1, max: 1e8, noNaN: true })

test('the quantile inverts the tail', () => {
  fc.assert(
    fc.property(df, fc.double({ min: 1e-9, max: 0.5, noNaN: true }), (freedom, q) => {
      const t = -studentQuantile(q, freedom)
      expect(Math.abs(studentTail(t, freedom) - q)).toBeLessThanOrEqual(1e-9 * q)
    }),
  )
})

test('heavier than normal, lighter with more freedom, symmetric', () => {
  fc.assert(
    fc.property(df, fc.double({ min: 0, max: 8, noNaN: true }), (freedom, t) => {
      const tail = studentTail(t, freedom)
      expect(tail).toBeGreaterThanOrEqual(normalTail(t) * (1 - 1e-9))
      expect(studentTail(t, freedom * 2)).toBeLessThanOrEqual(tail * (1 + 1e-9))
      expect(studentCdf(t, freedom) + tail).toBeCloseTo(1, 13)
    }),
  )
})

test('one degree of freedom is the Cauchy distribution', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1e6, noNaN: true }), (t) => {
      const exact = Math.atan(1 / t) / Math.PI
      expect(Math.abs(studentTail(t, 1) - exact)).toBeLessThanOrEqual(1e-12 * exact)
    }),
  )
})

test('the two ways of computing meet', () => {
  for (const t of [0.5, 2, 5, 8]) {
    const [below, above] = [studentTail(t, 1e7), studentTail(t, 1e7 + 1)]
    expect(Math.abs(below - above)).toBeLessThanOrEqual(1e-9 * below)
  }
})

test.each([
  [studentQuantile(0.5, 3), 0],
  [studentQuantile(0, 3), Number.NEGATIVE_INFINITY],
  [studentQuantile(1, 3), Number.POSITIVE_INFINITY],
  [studentTail(Number.POSITIVE_INFINITY, 3), 0],
  [studentTail(1, 0), Number.NaN],
])('limit %d is %d', (got, expected) => {
  expect(got).toBe(expected)
})
