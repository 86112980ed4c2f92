import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { betaTails } from '../functions/beta.ts'
import { chanceGreater, rateLoss, ratePosterior } from './beta-posterior.ts'
import { standings } from './chance-to-be-best.ts'
import { absoluteDifference, relativeDifference, welchInterval, welchTest } from './difference.ts'
import { holm } from './holm.ts'
import { meanMoments, rateMoments, ratioMoments } from './moments.ts'
import { chanceAboveZero, expectedLoss } from './normal-posterior.ts'
import { outlierCap, quantile } from './outlier-cap.ts'
import { agrestiCaffoInterval, proportionsTest, wilsonInterval } from './rates.ts'
import { fiellerInterval, logRatio, logRatioInterval } from './relative-lift.ts'
import { sampleRatio } from './sample-ratio.ts'

describe('edges have no result', () => {
  test.each([
    ['one visitor has no variance', meanMoments({ n: 1, sum: 5, sum_squares: 25 })],
    ['no visitors', meanMoments({ n: 0, sum: 0, sum_squares: 0 })],
    ['sums that are not finite', meanMoments({ n: 3, sum: Number.NaN, sum_squares: 1 })],
    ['no visitors for a rate', rateMoments(0, 0)],
    ['more conversions than visitors', rateMoments(3, 2)],
    [
      'no orders',
      ratioMoments({
        n: 9,
        num_sum: 0,
        num_sum_squares: 0,
        den_sum: 0,
        den_sum_squares: 0,
        num_den_sum_products: 0,
      }),
    ],
    ['no conversions in both arms', proportionsTest({ successes: 0, n: 9 }, { successes: 0, n: 9 }, true)],
    ['all converted in both arms', proportionsTest({ successes: 9, n: 9 }, { successes: 9, n: 9 }, false)],
    [
      'arms without variance',
      absoluteDifference({ n: 9, mean: 1, variance: 0 }, { n: 9, mean: 2, variance: 0 }),
    ],
    [
      'a control of mean 0',
      relativeDifference({ n: 9, mean: 0, variance: 1 }, { n: 9, mean: 2, variance: 1 }),
    ],
    ['log ratio below zero', logRatio({ n: 9, mean: 1, variance: 1 }, { n: 9, mean: -2, variance: 1 })],
    [
      'an uncertain baseline',
      fiellerInterval({ n: 9, mean: 0.1, variance: 1 }, { n: 9, mean: 2, variance: 1 }, 2),
    ],
    ['a split without visitors', sampleRatio([0, 0], [1, 1])],
    ['a split of one arm', sampleRatio([5], [1])],
    ['a weight of zero', sampleRatio([5, 5], [1, 0])],
  ])('%s', (_, result) => {
    expect(result).toBeNull()
  })
})

test('huge sums of the same value give no negative variance', () => {
  expect(
    meanMoments({ n: 1e9, sum: 1e9 * 49.99, sum_squares: 1e9 * 49.99 ** 2 })?.variance,
  ).toBeGreaterThanOrEqual(0)
})

const arm = fc.record({
  n: fc.integer({ min: 2, max: 1_000_000 }),
  mean: fc.double({ min: -50, max: 50, noNaN: true }),
  variance: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
})

test('Welch: swapping the arms turns the sign and keeps the p-value; the interval leaves 0 out when p is below alpha', () => {
  fc.assert(
    fc.property(arm, arm, (a, b) => {
      const [one, two] = [absoluteDifference(a, b), absoluteDifference(b, a)]
      if (one === null || two === null) throw new Error('both vary')
      // toBe tells 0 from -0, which two equal means give.
      expect(two.effect + one.effect).toBe(0)
      const { p } = welchTest(one)
      expect(welchTest(two).p).toBeCloseTo(p, 12)
      expect(welchTest(one, 'greater').p + welchTest(one, 'less').p).toBeCloseTo(1, 12)
      fc.pre(Math.abs(p - 0.05) > 1e-9)
      const { low, high } = welchInterval(one, 0.05)
      expect(low > 0 || high < 0).toBe(p < 0.05)
    }),
  )
})

test('the lift’s intervals hold the lift and never fall below −100 % on the log scale', () => {
  const earning = arm.map(({ mean, ...rest }) => ({ ...rest, mean: Math.abs(mean) + 0.01 }))
  fc.assert(
    fc.property(earning, earning, (control, treatment) => {
      const ratio = logRatio(control, treatment)
      if (ratio === null) throw new Error('both are above 0')
      const { low, high } = logRatioInterval(ratio, 2)
      expect(low).toBeGreaterThanOrEqual(-1)
      expect(low).toBeLessThanOrEqual(ratio.lift + 1e-9)
      expect(high).toBeGreaterThanOrEqual(ratio.lift - 1e-9)
      const fieller = fiellerInterval(control, treatment, 2)
      if (fieller === null) return
      expect(fieller.low).toBeLessThanOrEqual(ratio.lift)
      expect(fieller.high).toBeGreaterThanOrEqual(ratio.lift)
    }),
  )
})

test('Fieller and the log ratio agree on large samples', () => {
  const control = { n: 1e6, mean: 2, variance: 9 }
  const treatment = { n: 1e6, mean: 2.1, variance: 10 }
  const ratio = logRatio(control, treatment)
  const fieller = fiellerInterval(control, treatment, 1.96)
  if (ratio === null || fieller === null) throw new Error('both have a result')
  expect(logRatioInterval(ratio, 1.96).low).toBeCloseTo(fieller.low, 5)
  expect(logRatioInterval(ratio, 1.96).high).toBeCloseTo(fieller.high, 5)
})

test('Fieller holds for a treatment that lost money', () => {
  const interval = fiellerInterval({ n: 400, mean: 2, variance: 9 }, { n: 400, mean: -1, variance: 9 }, 2)
  expect(interval?.low).toBeLessThan(-1.5)
  expect(interval?.high).toBeGreaterThan(-1.5)
  expect(interval?.high).toBeLessThan(-1)
})

test('rates: Wilson stays within 0 and 1, Agresti–Caffo has an answer without conversions', () => {
  expect(wilsonInterval({ successes: 0, n: 20 }, 0.05)).toMatchObject({ low: 0 })
  expect(wilsonInterval({ successes: 20, n: 20 }, 0.05)).toMatchObject({ high: 1 })
  const interval = agrestiCaffoInterval({ successes: 0, n: 20 }, { successes: 0, n: 20 }, 0.05)
  expect(interval?.low).toBeLessThan(0)
  expect(interval?.high).toBeGreaterThan(0)
})

const beta = fc.record({
  a: fc.double({ min: 0.5, max: 5_000, noNaN: true }),
  b: fc.double({ min: 0.5, max: 5_000, noNaN: true }),
})

test('one of two rates is greater, and the losses differ by the difference of the means', () => {
  fc.assert(
    fc.property(beta, beta, (one, two) => {
      expect(chanceGreater(one, two) + chanceGreater(two, one)).toBeCloseTo(1, 4)
      const gap = one.a / (one.a + one.b) - two.a / (two.a + two.b)
      expect(rateLoss(two, one) - rateLoss(one, two)).toBeCloseTo(gap, 4)
    }),
  )
})

test.each([
  ['none of 100 against none of 100', 0, 100, 0, 100, 0.5],
  ['none of 100 against 100 of 100', 0, 100, 100, 100, 1],
  ['a million against a hundred', 20_000, 1_000_000, 2, 100, betaTails({ a: 2.5, b: 98.5 }, 0.02).upper],
])('chance of %s', (_, x1, n1, x2, n2, expected) => {
  const chance = chanceGreater(
    ratePosterior({ successes: x1, n: n1 }),
    ratePosterior({ successes: x2, n: n2 }),
  )
  expect(chance).toBeCloseTo(expected, 2)
})

test('two arms: the chance to be best is the chance to beat, and losses agree', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: 0.5, max: 2, noNaN: true }),
      (mean, sd) => {
        const [control, treatment] = standings([
          { mean: 0, sd: 1 },
          { mean, sd },
        ])
        const difference = { mean, sd: Math.hypot(1, sd) }
        expect(treatment?.chance).toBeCloseTo(chanceAboveZero(difference), 9)
        expect(treatment?.loss).toBeCloseTo(expectedLoss(difference).ship, 9)
        expect(control?.loss).toBeCloseTo(expectedLoss(difference).keep, 9)
      },
    ),
  )
})

test('Holm never lowers a p-value nor changes the order', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (raw) => {
      const adjusted = holm(raw)
      for (const [i, p] of raw.entries()) {
        expect(adjusted[i]).toBeGreaterThanOrEqual(p)
        expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, p * raw.length) + 1)
        for (const [j, other] of raw.entries())
          if (p < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] ?? 1)
      }
    }),
  )
})

test('the cap is a percentile of at least 50 buyers', () => {
  const totals = Array.from({ length: 101 }, (_, i) => i)
  expect(outlierCap(totals, 0.99)).toBe(99)
  expect(quantile(totals, 0.5)).toBe(50)
  expect(outlierCap(totals.slice(0, 49), 0.99)).toBe(Number.POSITIVE_INFINITY)
})
