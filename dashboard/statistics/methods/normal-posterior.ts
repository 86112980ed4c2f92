import { normalCdf, normalDensity, twoSidedQuantile } from '../functions/normal.ts'
import type { Difference, Interval } from './difference.ts'

/** What is believed of an effect: normal with this mean and standard deviation. */
export type Belief = { mean: number; sd: number }

/** Past this many standard deviations the tail underflows and the loss is its limit (statistics.md 1.3 "Bayes normal"). */
const LIMIT = 37

/** Belief after the data; a flat prior without `prior` (statistics.md 1.3 "Bayes normal"). */
export function posterior(
  { effect, standardError }: Pick<Difference, 'effect' | 'standardError'>,
  prior?: Belief,
): Belief {
  if (prior === undefined) return { mean: effect, sd: standardError }
  const ofData = 1 / standardError ** 2
  const ofPrior = 1 / prior.sd ** 2
  const mean = (effect * ofData + prior.mean * ofPrior) / (ofData + ofPrior)
  return { mean, sd: Math.sqrt(1 / (ofData + ofPrior)) }
}

/** P(effect > 0). Language for people; a rule that stops at 95 % gives 35 to 61 % false winners (section 1.4). */
export const chanceAboveZero = ({ mean, sd }: Belief) => normalCdf(mean / sd)

export function credibleInterval({ mean, sd }: Belief, alpha: number): Interval {
  const reach = twoSidedQuantile(alpha) * sd
  return { low: mean - reach, high: mean + reach }
}

/** Expected loss, in units of the effect, of shipping the treatment and of keeping the control. */
export function expectedLoss({ mean, sd }: Belief): { ship: number; keep: number } {
  const z = mean / sd
  if (Math.abs(z) > LIMIT) return { ship: Math.max(-mean, 0), keep: Math.max(mean, 0) }
  const spread = sd * normalDensity(z)
  return {
    ship: Math.max(0, spread - mean * normalCdf(-z)),
    keep: Math.max(0, spread + mean * normalCdf(z)),
  }
}
