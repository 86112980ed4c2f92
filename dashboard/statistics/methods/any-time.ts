/**
 * Asymptotic confidence sequences (Waudby-Smith and others, arXiv 2103.06476, equation 9; statistics.md 1.3
 * "AsympCS"): bands that hold at every look at once. `n` counts the visitors of both arms, `tightestAt` is the n at
 * which the band is narrowest.
 */
type Look = { n: number; tightestAt: number; alpha: number }

/** ρ², which makes the band narrowest at `tightestAt` visitors. */
export function mixingVariance(alpha: number, tightestAt: number): number {
  const twice = -2 * Math.log(alpha)
  return (twice + Math.log1p(twice)) / tightestAt
}

/** How many standard errors the two-sided band reaches. Infinite before the first visitor. */
export function anyTimeMultiplier({ n, tightestAt, alpha }: Look): number {
  if (!(n > 0)) return Number.POSITIVE_INFINITY
  const k = n * mixingVariance(alpha, tightestAt)
  return Math.sqrt(((k + 1) / k) * (-2 * Math.log(alpha) + Math.log1p(k)))
}

/** How many standard errors a one-sided band reaches; ρ is tuned with twice alpha. */
export function anyTimeMultiplierOneSided({ n, tightestAt, alpha }: Look): number {
  if (!(n > 0)) return Number.POSITIVE_INFINITY
  const k = n * mixingVariance(2 * alpha, tightestAt)
  return Math.sqrt(((2 * (k + 1)) / k) * Math.log1p(Math.sqrt(k + 1) / (2 * alpha)))
}

/** Logarithm of the evidence against no effect at `z` standard errors, with k = nρ². Its inverse is a p-value. */
export const logEvidence = (z: number, k: number) => (k * z * z) / (2 * (k + 1)) - 0.5 * Math.log1p(k)

/**
 * Always-valid p-value of an effect `z` standard errors from 0: the smallest level whose band, with ρ tuned at
 * `alpha`, leaves 0 out. Over several looks, publish the smallest so far.
 */
export function anyTimeP(z: number, { n, tightestAt, alpha }: Look): number {
  if (!(n > 0)) return 1
  return Math.min(1, Math.exp(-logEvidence(z, n * mixingVariance(alpha, tightestAt))))
}

/** One-sided always-valid p-value, at most ½, where a one-sided band stops being one. */
export function anyTimePOneSided(z: number, { n, tightestAt, alpha }: Look): number {
  if (!(n > 0) || z <= 0) return 0.5
  const k = n * mixingVariance(2 * alpha, tightestAt)
  return Math.min(0.5, Math.sqrt(k + 1) / (2 * Math.expm1((k * z * z) / (2 * (k + 1)))))
}
