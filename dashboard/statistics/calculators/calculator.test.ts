import fc from 'fast-check'
import { expect, test } from 'vitest'
import { multiplierAtPlan } from '../methods/testing-mode.ts'
import { baseline } from './baseline.ts'
import { calculate, calculatorQuestion } from './calculator.ts'
import { plannedDays } from './duration.ts'
import { powerOfRates } from './power.ts'
import { smallestLift, smallestLiftSoFar, visitorsForLift } from './smallest-lift.ts'

/** statistics.md 1.3: a shop with 3 % buyers and lognormal orders, σ = 1, at alpha 5 % and power 80 %. */
const classic = { multiplier: multiplierAtPlan('fixed', 1), power: 0.8 }
const shop = baseline.parse({
  measure: 'revenue',
  rate: 0.03,
  order_value: 40,
  order_cv: Math.sqrt(Math.E - 1),
})

test('the examples of statistics.md reproduce', () => {
  const revenue = visitorsForLift(shop, 0.2, classic) ?? 0
  expect(Math.round(revenue / 100) * 100).toBe(35_200)
  const rate = visitorsForLift({ measure: 'rate', rate: 0.03 }, 0.2, classic) ?? 0
  expect(Math.round(rate / 100) * 100).toBe(13_900)
})

const question = fc.record({
  rate: fc.double({ min: 0.001, max: 0.4, noNaN: true }),
  lift: fc.double({ min: 0.01, max: 1, noNaN: true }),
  power: fc.double({ min: 0.5, max: 0.99, noNaN: true }),
  measure: fc.constantFrom('rate', 'revenue'),
})

test('the smallest lift of the visitors that a lift needs is that lift', () => {
  fc.assert(
    fc.property(question, ({ rate, lift, power, measure }) => {
      const base = baseline.parse({ measure, rate, order_value: 25 })
      const demand = { multiplier: multiplierAtPlan('hybrid', 1), power }
      const visitors = visitorsForLift(base, lift, demand)
      if (visitors === null) throw new Error('every such lift is possible')
      expect(smallestLift(base, visitors, demand)).toBeCloseTo(lift, 7)
    }),
  )
})

test('those visitors have the power asked for', () => {
  fc.assert(
    fc.property(question, ({ rate, lift, power }) => {
      const multiplier = multiplierAtPlan('hybrid', 1)
      const visitors = visitorsForLift({ measure: 'rate', rate }, lift, { multiplier, power }) ?? 0
      expect(powerOfRates({ from: rate, to: rate * (1 + lift) }, visitors, multiplier)).toBeCloseTo(power, 9)
    }),
  )
})

const rate = { measure: 'rate', rate: 0.03 }

test.each([
  [
    'a rate',
    { baseline: rate, lift: 0.2, daily_visitors: 1_000 },
    { kind: 'planned', visitors: 29_722, days: 35 },
  ],
  [
    'a rate, fixed',
    { baseline: rate, lift: 0.2, daily_visitors: 1_000, mode: 'fixed' },
    { kind: 'planned', visitors: 27_828, days: 28 },
  ],
  ['a fall', { baseline: rate, lift: -0.2, daily_visitors: 1_000 }, { kind: 'planned', days: 28 }],
  ['two weeks at least', { baseline: rate, lift: 0.2, daily_visitors: 1e6 }, { kind: 'planned', days: 14 }],
  ['too slow', { baseline: rate, lift: 0.02, daily_visitors: 1_000 }, { kind: 'too_slow' }],
  [
    'over 100 %',
    { baseline: { measure: 'rate', rate: 0.6 }, lift: 0.7, daily_visitors: 1_000 },
    { kind: 'impossible' },
  ],
  [
    'revenue',
    { baseline: { measure: 'revenue', rate: 0.03, order_value: 40 }, lift: 0.2, daily_visitors: 3_000 },
    { kind: 'planned', days: 28 },
  ],
])('%s', (_, asked, expected) => {
  expect(calculate(calculatorQuestion.parse(asked))).toMatchObject(expected)
})

test('more arms and uneven weights need more visitors, sequential more than fixed', () => {
  const visitors = (change: object) => {
    const answer = calculate(
      calculatorQuestion.parse({ baseline: rate, lift: 0.2, daily_visitors: 5_000, ...change }),
    )
    return answer.kind === 'impossible' ? 0 : answer.visitors
  }
  expect(visitors({ weights: [1, 1, 1] })).toBeGreaterThan(visitors({}))
  expect(visitors({ weights: [9, 1] })).toBeGreaterThan(2 * visitors({}))
  expect(visitors({ mode: 'sequential' })).toBeGreaterThan(visitors({ mode: 'hybrid' }))
  expect(visitors({ mode: 'hybrid' })).toBeGreaterThan(visitors({ mode: 'fixed' }))
})

test.each([
  [{ baseline: rate, lift: 0, daily_visitors: 10 }],
  [{ baseline: rate, lift: 0.1, daily_visitors: 0 }],
  [{ baseline: { measure: 'rate', rate: 1.2 }, lift: 0.1, daily_visitors: 10 }],
  [{ baseline: rate, lift: 0.1, daily_visitors: 10, weights: [1] }],
])('refused: %o', (asked) => {
  expect(calculatorQuestion.safeParse(asked).success).toBe(false)
})

test('the baseline of a young test is too uncertain, and no traffic never ends', () => {
  expect(smallestLiftSoFar({ n: 100, mean: 0.1, variance: 1 }, 2.8)).toBeNull()
  expect(smallestLiftSoFar({ n: 1e6, mean: 0.1, variance: 1 }, 2.8)).toBeCloseTo(0.0405, 3)
  expect(plannedDays(1_000, 0)).toBe(Number.POSITIVE_INFINITY)
})
