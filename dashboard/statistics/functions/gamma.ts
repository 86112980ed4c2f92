const HALF_LOG_TWO_PI = 0.9189385332046727
/** From here on five terms of Stirling's series are exact to a double. */
const SERIES_FROM = 15
const TERMS = 100_000
const TINY = 1e-300

/** Both tails of a distribution at one point, each computed directly, so that the small one is accurate too. */
export type Tails = { lower: number; upper: number }

/**
 * What Stirling's formula leaves of ln Γ(x): ln Γ(x) − (x − ½) ln x + x − ½ ln 2π, for x > 0.
 * Loader 2000, "Fast and accurate computation of binomial probabilities".
 */
export function stirlingError(x: number): number {
  if (x < SERIES_FROM) return logGamma(x) - (x - 0.5) * Math.log(x) + x - HALF_LOG_TWO_PI
  const y = 1 / (x * x)
  return (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y / 1188)))) / x
}

/** ln Γ(x) for x > 0, by Stirling's series after moving x up with Γ(x + 1) = x Γ(x) (Abramowitz & Stegun 6.1). */
export function logGamma(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.POSITIVE_INFINITY : Number.NaN
  let product = 1
  let moved = x
  while (moved < SERIES_FROM) {
    product *= moved
    moved += 1
  }
  return (moved - 0.5) * Math.log(moved) - moved + HALF_LOG_TWO_PI + stirlingError(moved) - Math.log(product)
}

/** x ln(x / mean) + mean − x without cancellation near x = mean (Loader 2000, "bd0"), both above 0. */
export function deviance(x: number, mean: number): number {
  const difference = x - mean
  if (Math.abs(difference) >= 0.1 * (x + mean)) return x * Math.log(x / mean) + mean - x
  const ratio = difference / (x + mean)
  let sum = difference * ratio
  let term = 2 * x * ratio
  for (let i = 3; i < TERMS; i += 2) {
    term *= ratio * ratio
    const next = sum + term / i
    if (next === sum) break
    sum = next
  }
  return sum
}

/**
 * Regularised incomplete gamma functions P(a, x) and Q(a, x) for a > 0 and x ≥ 0: the series below a + 1, Lentz's
 * continued fraction above (Abramowitz & Stegun 6.5.29 and 6.5.31), Loader's saddle-point prefactor.
 */
export function gammaTails(a: number, x: number): Tails {
  if (!(a > 0) || Number.isNaN(x)) return { lower: Number.NaN, upper: Number.NaN }
  if (x <= 0) return { lower: 0, upper: 1 }
  if (x === Number.POSITIVE_INFINITY) return { lower: 1, upper: 0 }
  const prefactor = Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a)
  if (x < a + 1) {
    const lower = Math.min(1, prefactor * lowerSeries(a, x))
    return { lower, upper: 1 - lower }
  }
  const upper = Math.min(1, prefactor * a * upperFraction(a, x))
  return { lower: 1 - upper, upper }
}

function lowerSeries(a: number, x: number): number {
  let term = 1
  let sum = 1
  for (let i = 1; i < TERMS && term > sum * Number.EPSILON; i++) {
    term *= x / (a + i)
    sum += term
  }
  return sum
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1 / TINY
  let d = 1 / b
  let fraction = d
  for (let i = 1; i < TERMS; i++) {
    const factor = -i * (i - a)
    b += 2
    d = 1 / notZero(factor * d + b)
    c = notZero(b + factor / c)
    fraction *= d * c
    if (Math.abs(d * c - 1) < Number.EPSILON) break
  }
  return fraction
}

/** Lentz's guard against a division by zero in a continued fraction. */
export const notZero = (value: number) => (Math.abs(value) < TINY ? TINY : value)
