import { z } from 'zod'
import { betaMean, betaSd, chanceGreater, rateLoss, ratePosterior } from '../methods/beta-posterior.ts'
import { standings } from '../methods/chance-to-be-best.ts'
import { absoluteDifference, relativeDifference } from '../methods/difference.ts'
import {
  type Belief,
  chanceAboveZero,
  credibleInterval,
  expectedLoss,
  posterior,
} from '../methods/normal-posterior.ts'
import { arm, differenceScale, present } from './arms.ts'
import { type Answers, type Check, check } from './vector.ts'

const positive = z.number().positive()
const count = z.number().nonnegative()
const priorOfRate = z
  .tuple([positive, positive])
  .default([0.5, 0.5])
  .transform(([a, b]) => ({ a, b }))
const priorOfEffect = z
  .object({ mean: z.number(), variance: positive })
  .transform(({ mean, variance }): Belief => ({ mean, sd: Math.sqrt(variance) }))
  .nullable()

function beliefAnswers(belief: Belief, alpha: number): Answers {
  const { ship, keep } = expectedLoss(belief)
  const { low, high } = credibleInterval(belief, alpha)
  return {
    mean: belief.mean,
    sd: belief.sd,
    ctw: chanceAboveZero(belief),
    ci: [low, high],
    loss_ship_treatment: ship,
    loss_keep_control: keep,
  }
}

type Pair = { a: number; b: number }

function betaAnswers(first: Pair, second: Pair): Answers {
  return {
    prob_B_gt_A: chanceGreater(first, second),
    diff: betaMean(second) - betaMean(first),
    loss_choose_B: rateLoss(second, first),
    loss_choose_A: rateLoss(first, second),
  }
}

export const beliefChecks: readonly Check[] = [
  check(
    'bayesian-normal',
    {
      control: arm,
      treatment: arm,
      difference: differenceScale,
      alpha: positive,
      prior: priorOfEffect.default(null),
    },
    ({ control, treatment, difference, alpha, prior }) => {
      const scale = difference === 'absolute' ? Math.abs(control.mean) : 1
      const compare = difference === 'absolute' ? absoluteDifference : relativeDifference
      const scaled = prior === null ? undefined : { mean: prior.mean * scale, sd: prior.sd * scale }
      return beliefAnswers(posterior(present(compare(control, treatment)), scaled), alpha)
    },
  ),
  check(
    'bayesian-normal',
    { mean: z.number(), sd: positive, alpha: positive.default(0.05) },
    ({ mean, sd, alpha }) => beliefAnswers({ mean, sd }, alpha),
  ),
  check('beta-binomial', { aA: positive, bA: positive, aB: positive, bB: positive }, ({ aA, bA, aB, bB }) =>
    betaAnswers({ a: aA, b: bA }, { a: aB, b: bB }),
  ),
  check(
    'beta-binomial',
    { xA: count, nA: count, xB: count, nB: count, prior: priorOfRate },
    ({ xA, nA, xB, nB, prior }) =>
      betaAnswers(
        ratePosterior({ successes: xA, n: nA }, prior),
        ratePosterior({ successes: xB, n: nB }, prior),
      ),
  ),
  check(
    'beta-binomial',
    { totals: z.array(count), successes: z.array(count), prior: priorOfRate },
    ({ totals, successes, prior }) => {
      const arms = totals.map((n, i) => ratePosterior({ successes: successes[i] ?? 0, n }, prior))
      const standing = standings(arms.map((beta) => ({ mean: betaMean(beta), sd: betaSd(beta) })))
      return {
        prob_best: standing.map(({ chance }) => chance),
        expected_loss: standing.map(({ loss }) => loss),
      }
    },
  ),
]
