import { z } from 'zod'
import {
  anyTimeMultiplier,
  anyTimeMultiplierOneSided,
  anyTimeP,
  anyTimePOneSided,
  logEvidence,
  mixingVariance,
} from '../methods/any-time.ts'
import { absoluteDifference, type Difference, relativeDifference } from '../methods/difference.ts'
import { alternative, arm, differenceScale, present } from './arms.ts'
import { type Answers, type Check, check, says } from './vector.ts'

type Band = { n: number; tightestAt: number; alpha: number }

function twoSided({ effect, standardError: se }: Difference, band: Band): Answers {
  const multiplier = anyTimeMultiplier(band)
  const half = multiplier * se
  const rho = Math.sqrt(mixingVariance(band.alpha, band.tightestAt))
  return {
    effect,
    se,
    multiplier,
    half,
    rho,
    ci: [effect - half, effect + half],
    p: anyTimeP(effect / se, band),
  }
}

/** Towards worse is the same as towards better with the sign turned. */
function oneSided({ effect, standardError: se }: Difference, band: Band, sign: 1 | -1): Answers {
  const half = anyTimeMultiplierOneSided(band) * se
  const rho = Math.sqrt(mixingVariance(2 * band.alpha, band.tightestAt))
  const ci = sign === 1 ? [effect - half, null] : [null, effect + half]
  return { effect, se, half, rho, ci, p: anyTimePOneSided((sign * effect) / se, band) }
}

const positive = z.number().positive()
const arms = { control: arm, treatment: arm }

export const anyTimeChecks: readonly Check[] = [
  check(
    'sequential',
    { ...arms, difference: differenceScale, alpha: positive, tuning_N: positive, alternative },
    ({ control, treatment, difference, alpha, tuning_N, alternative }) => {
      const compare = difference === 'absolute' ? absoluteDifference : relativeDifference
      const result = present(compare(control, treatment))
      const band = { n: control.n + treatment.n, tightestAt: tuning_N, alpha }
      if (alternative === 'two-sided') return twoSided(result, band)
      return oneSided(result, band, alternative === 'greater' ? 1 : -1)
    },
  ),
  check(
    'sequential',
    { ...arms, confidence: positive, N_tune: positive },
    ({ control, treatment, confidence, N_tune }) => {
      const result = present(relativeDifference(control, treatment))
      return twoSided(result, { n: control.n + treatment.n, tightestAt: N_tune, alpha: 1 - confidence })
    },
  ),
  check(
    'sequential',
    { v_opt: positive, alpha_opt: positive, s: z.number(), v: positive, alpha: positive },
    ({ v_opt, alpha_opt, s, v, alpha }, vector) => {
      if (says(vector, /one.sided/i)) {
        return { unknown: 'the product has the closed form of the one-sided boundary, not the exact mixture' }
      }
      const variance = mixingVariance(alpha_opt, v_opt)
      const tightestAt = v_opt * (mixingVariance(alpha, v_opt) / variance)
      return {
        best_rho: 1 / variance,
        log_mixture: logEvidence(s / Math.sqrt(v), v * variance),
        bound: anyTimeMultiplier({ n: v, tightestAt, alpha }) * Math.sqrt(v),
      }
    },
  ),
]
