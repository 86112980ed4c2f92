import { gammaTails } from './gamma.ts'

/** Where Acklam's approximation changes from the middle to the tail. */
const TAIL = 0.02425

/** Density φ(z) of the standard normal distribution. */
export const normalDensity = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)

/** P(Z ≤ z), accurate in the far left tail too: ½ Q(½, z²/2) (Abramowitz & Stegun 26.2.17, 6.5.17). */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN
  const { upper, lower } = gammaTails(0.5, 0.5 * z * z)
  return z < 0 ? 0.5 * upper : 0.5 + 0.5 * lower
}

/** P(Z > z), computed directly, never as 1 − cdf. */
export const normalTail = (z: number) => normalCdf(-z)

/**
 * The z below which a standard normal value lies with probability p; for the point above which it lies with
 * probability q, take −normalQuantile(q). Acklam's rational start (relative error 1.2e-9), then Halley steps.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  if (p === 0) return Number.NEGATIVE_INFINITY
  if (p === 1) return Number.POSITIVE_INFINITY
  if (p > 0.5) return -normalQuantile(1 - p)
  let z = p < TAIL ? tailStart(p) : middleStart(p - 0.5)
  for (let i = 0; i < 2; i++) {
    const error = (normalCdf(z) - p) / normalDensity(z)
    z -= error / (1 + 0.5 * z * error)
  }
  return z
}

/** z with P(|Z| > z) = alpha. */
export const twoSidedQuantile = (alpha: number) => -normalQuantile(alpha / 2)

function tailStart(p: number): number {
  const q = Math.sqrt(-2 * Math.log(p))
  const above =
    ((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) *
      q +
      4.374664141464968) *
      q +
    2.938163982698783
  const below =
    (((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q +
    1
  return above / below
}

function middleStart(q: number): number {
  const r = q * q
  const above =
    ((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
    2.506628277459239
  const below =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
    1
  return (q * above) / below
}
