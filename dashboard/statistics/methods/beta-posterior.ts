import { type Beta, betaKernel, betaTails } from '../functions/beta.ts'
import { gaussLegendre, integrate } from '../functions/gauss-legendre.ts'
import type { Rate } from './rates.ts'

/** Jeffreys' prior of a rate. */
export const jeffreys: Beta = { a: 0.5, b: 0.5 }

const POINTS = 64
/**
 * How many standard deviations of the posterior the integral covers (statistics.md 1.3 "Beta–Binomial"), further on
 * the side of the longer tail.
 */
const REACH = { below: 10, above: 14 }

export const ratePosterior = ({ successes, n }: Rate, prior: Beta = jeffreys): Beta => ({
  a: prior.a + successes,
  b: prior.b + n - successes,
})

export const betaMean = ({ a, b }: Beta) => a / (a + b)
export const betaSd = ({ a, b }: Beta) => Math.sqrt((a * b) / (a + b + 1)) / (a + b)

/**
 * P(second > first) of two independent Beta posteriors, by quadrature over the narrower of the two (over the wider,
 * the other's cdf would be a step that few points miss) after x = sin²t, which takes the edge at 0 away. Error at
 * most 3e-6, and 1e-11 but for the sparsest arms.
 */
export function chanceGreater(first: Beta, second: Beta): number {
  const tail = betaSd(first) < betaSd(second) ? 'upper' : 'lower'
  const [inner, outer] = tail === 'upper' ? [first, second] : [second, first]
  const value = (t: number) => {
    const [x, y] = [Math.sin(t) ** 2, Math.cos(t) ** 2]
    return (2 * betaKernel(inner, x, y) * betaTails(outer, x, y)[tail]) / Math.sqrt(x * y)
  }
  return Math.min(1, Math.max(0, integrate(gaussLegendre(POINTS), value, angles(inner))))
}

function angles(beta: Beta): [low: number, high: number] {
  const [mean, sd] = [betaMean(beta), betaSd(beta)]
  const angle = (x: number) => Math.asin(Math.sqrt(Math.min(1, Math.max(0, x))))
  const reach = mean < 0.5 ? REACH : { below: REACH.above, above: REACH.below }
  return [angle(mean - reach.below * sd), angle(mean + reach.above * sd)]
}

/** E[max(other − chosen, 0)]: what choosing `chosen` is expected to lose, as a rate. */
export function rateLoss(chosen: Beta, other: Beta): number {
  const missed = betaMean(other) * chanceGreater(chosen, { a: other.a + 1, b: other.b })
  const gained = betaMean(chosen) * chanceGreater({ a: chosen.a + 1, b: chosen.b }, other)
  return Math.max(0, missed - gained)
}
