import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeVisitReference, readVisitReference } from './visit-reference.ts'

const key = 'a1'.repeat(32)

test('any session id comes back from its reference, which Stripe accepts', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (id) => {
      const reference = makeVisitReference(id, key)
      expect(reference).toMatch(/^[A-Za-z0-9_-]{1,59}$/)
      expect(readVisitReference(reference, key)).toBe(id)
    }),
  )
})

test.each([
  '',
  'rt_',
  'order-1234',
  'rt_AAAA',
  `${makeVisitReference(5n, key)}x`,
  makeVisitReference(5n, 'b2'.repeat(32)),
])('%s is nobody’s visit', (reference) => {
  expect(readVisitReference(reference, key)).toBeNull()
})
