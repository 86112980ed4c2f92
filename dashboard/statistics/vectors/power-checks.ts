import { z } from 'zod'
import { growthNeeded, growthNeededAnyTime } from '../calculators/duration.ts'
import { powerAt, powerOfRates } from '../calculators/power.ts'
import { visitorsForMeans, visitorsForRates } from '../calculators/sample-size.ts'
import { smallestLiftSoFar } from '../calculators/smallest-lift.ts'
import { solveInBracket } from '../functions/bracket.ts'
import { normalCdf, normalQuantile, twoSidedQuantile } from '../functions/normal.ts'
import { anyTimeMultiplier } from '../methods/any-time.ts'
import { absoluteVariance, relativeDifference, relativeVariance } from '../methods/difference.ts'
import type { Moments } from '../methods/moments.ts'
import { arm, present } from './arms.ts'
import { type Check, check, says } from './vector.ts'

const number = z.number()
const positive = z.number().positive()
const demand = { power: positive, alpha: positive }
const WEEKS = 9

/** GrowthBook's power under a band multiplies the standard error by c/z and keeps z as the boundary. */
function widening(perArm: number, alpha: number, tuning_N: number | undefined): number {
  if (tuning_N === undefined) return 1
  return anyTimeMultiplier({ n: 2 * perArm, tightestAt: tuning_N, alpha }) / twoSidedQuantile(alpha)
}

type Plan = { n: number; mean: number; variance: number; alpha: number; tuning_N?: number | undefined }

const liftShown = ({ n, mean, variance, alpha, tuning_N }: Plan, power: number) =>
  smallestLiftSoFar(
    { n, mean, variance },
    (twoSidedQuantile(alpha) + normalQuantile(power)) * widening(n, alpha, tuning_N),
  )

function powerOfLift({ n, mean, variance, alpha, tuning_N }: Plan, lift: number): number {
  const control: Moments = { n, mean, variance }
  const error = Math.sqrt(relativeVariance(control, { ...control, mean: mean * (1 + lift) }))
  return powerAt(lift / (error * widening(n, alpha, tuning_N)), twoSidedQuantile(alpha))
}

/** Growth until GrowthBook's Bayesian credible interval leaves 0 out; the product does not stop by it. */
function bayesianGrowth(
  variance: number,
  aim: { mde: number; alpha: number; power: number },
  prior: { mean: number; variance: number },
): number {
  const spare = (growth: number) => {
    const v = variance / (1 + growth)
    const reach = v * Math.sqrt(1 / prior.variance + 1 / v) * twoSidedQuantile(aim.alpha)
    const shift = (v * prior.mean) / prior.variance + aim.mde
    return normalCdf((shift - reach) / Math.sqrt(v)) + normalCdf(-(shift + reach) / Math.sqrt(v)) - aim.power
  }
  return spare(0) > 0 ? 0 : solveInBracket(spare, 0, 2 ** 27)
}

export const powerChecks: readonly Check[] = [
  check(
    'power',
    { varA: positive, meanA: number, nA: positive, varB: positive, meanB: number, nB: positive },
    ({ varA, meanA, nA, varB, meanB, nB }, vector) => {
      const control = { n: nA, mean: meanA, variance: varA }
      const treatment = { n: nB, mean: meanB, variance: varB }
      const variance = says(vector, /relative/i) ? relativeVariance : absoluteVariance
      return { variance: variance(control, treatment) }
    },
  ),
  check(
    'power',
    {
      ...demand,
      mean: number,
      variance: positive,
      users: positive,
      arms: positive,
      tuning_N: positive.optional(),
    },
    ({ mean, variance, users, arms, alpha, power, tuning_N }) => {
      const plan = { n: users / arms, mean, variance, alpha }
      const fixed = { mde_fixed: liftShown(plan, power) }
      return tuning_N === undefined
        ? fixed
        : { ...fixed, mde_sequential: liftShown({ ...plan, tuning_N }, power) }
    },
  ),
  check(
    'power',
    {
      alpha: positive,
      arms: positive,
      users_per_week: positive,
      tuning_N: positive.optional(),
      ctr: z.object({ p: positive, lift: number }),
      revenue: z.object({ mean: positive, variance: positive, lift: number }),
    },
    ({ users_per_week, arms, alpha, tuning_N, ctr, revenue }) => {
      const metrics = [{ mean: ctr.p, variance: ctr.p * (1 - ctr.p), lift: ctr.lift }, revenue]
      const cells = Array.from({ length: WEEKS }, (_, week) => ((week + 1) * users_per_week) / arms).flatMap(
        (n) =>
          metrics.map(({ mean, variance, lift }) => ({ lift, plan: { n, mean, variance, alpha, tuning_N } })),
      )
      return {
        power: cells.map(({ plan, lift }) => powerOfLift(plan, lift)),
        mde: cells.map(({ plan }) => liftShown(plan, 0.8)),
      }
    },
  ),
  check('power', { ...demand, p1: positive, mde_abs: number }, ({ p1, mde_abs, power, alpha }) => ({
    n_per_arm: visitorsForRates(
      { from: p1, to: p1 + mde_abs },
      { multiplier: twoSidedQuantile(alpha), power },
    ),
  })),
  check(
    'power',
    {
      ...demand,
      diff: number,
      prop2: positive,
      stata: z.object({ diff: number, prop2: positive, n: positive }).optional(),
    },
    ({ diff, prop2, power, alpha, stata }) => {
      const multiplier = twoSidedQuantile(alpha)
      const answers = {
        n_per_arm: visitorsForRates({ from: prop2 + diff, to: prop2 }, { multiplier, power }),
      }
      if (stata === undefined) return answers
      const change = { from: stata.prop2 + stata.diff, to: stata.prop2 }
      return { ...answers, stata_power: powerOfRates(change, stata.n, multiplier) }
    },
  ),
  check(
    'power',
    { ...demand, mde_abs: number, variance: positive },
    ({ mde_abs, variance, power, alpha }) => {
      const perArm = visitorsForMeans(mde_abs, variance, { multiplier: twoSidedQuantile(alpha), power })
      return { n_per_arm: perArm, n_total: 2 * perArm }
    },
  ),
  check(
    'power',
    { alpha: positive, mde_abs: number, variance: positive, n1: positive, n2: positive },
    ({ mde_abs, variance, n1, n2, alpha }) => ({
      power: powerAt(mde_abs / Math.sqrt(variance / n1 + variance / n2), twoSidedQuantile(alpha)),
    }),
  ),
  check('power', { d: number, n_per_arm: positive, alpha: positive }, () => ({
    unknown: 'the product counts with the normal distribution; a noncentral t differs only in tiny samples',
  })),
  check(
    'days-to-significance',
    {
      control: arm,
      treatment: arm,
      mde: positive,
      target_power: positive,
      alpha: positive,
      tuning_N: positive,
      prior: z.object({ mean: number, variance: positive }).optional(),
      sigmahat2: positive.optional(),
    },
    ({ control, treatment, mde, target_power: power, alpha, tuning_N, prior }) => {
      const { standardError } = present(relativeDifference(control, treatment))
      const progress = { standardError, effect: mde }
      const n = control.n + treatment.n
      const answers = {
        fixed: growthNeeded(progress, { multiplier: twoSidedQuantile(alpha), power }),
        sequential: growthNeededAnyTime(progress, { n, tightestAt: tuning_N, alpha, power }),
      }
      if (prior === undefined) return answers
      return { ...answers, bayesian: bayesianGrowth(standardError ** 2, { mde, alpha, power }, prior) }
    },
  ),
]
