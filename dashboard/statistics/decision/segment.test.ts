import { expect, test } from 'vitest'
import { rate, rowsOf, shop } from './inputs-for-tests.ts'
import { compareSegment } from './segment.ts'
import { addSums, noSums } from './sums.ts'

const sumsOf = (day: Parameters<typeof rowsOf>[2], days = 4) => rowsOf('a', days, day).reduce(addSums, noSums)

test('rates of a segment, by Agresti–Caffo', () => {
  const { difference, lift } = compareSegment(sumsOf(rate), sumsOf({ ...rate, converters: 60 }), 'rate')
  expect(difference?.value).toBeCloseTo(0.02, 12)
  expect(difference?.low).toBeCloseTo(0.0004, 3)
  expect(difference?.high).toBeCloseTo(0.0394, 3)
  expect(lift?.value).toBeCloseTo(0.2, 12)
})

test('revenue of a segment', () => {
  const { difference } = compareSegment(sumsOf(shop), sumsOf({ ...shop, each: 50 }), 'revenue')
  expect(difference?.value).toBeCloseTo(0.4, 12)
  expect(difference?.low).toBeLessThan(0.4)
})

test.each([
  ['nobody', { visitors: 0, converters: 0 }, { difference: null, lift: null }],
  ['nobody converted', { visitors: 50, converters: 0 }, { difference: { value: 0 }, lift: null }],
])('a segment with %s', (_, day, expected) => {
  expect(compareSegment(sumsOf(day), sumsOf(day), 'rate')).toMatchObject(expected)
})
