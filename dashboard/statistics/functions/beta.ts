import { solveInBracket } from './bracket.ts'
import { deviance, logGamma, notZero, stirlingError, type Tails } from './gamma.ts'

const TERMS = 100_000

/** A Beta(a, b) distribution, both parameters above 0. */
export type Beta = { a: number; b: number }

/** ln B(a, b). */
export const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b)

/**
 * Regularised incomplete beta I_x(a, b) and its complement. `y` is 1 − x, given apart so that it may be tiny.
 * Lentz's continued fraction (DLMF 8.17.22) with the symmetry swap, Loader's saddle-point prefactor.
 */
export function betaTails({ a, b }: Beta, x: number, y = 1 - x): Tails {
  if (!(a > 0 && b > 0) || Number.isNaN(x)) return { lower: Number.NaN, upper: Number.NaN }
  if (x <= 0) return { lower: 0, upper: 1 }
  if (y <= 0) return { lower: 1, upper: 0 }
  if (x > (a + 1) / (a + b + 2)) {
    const { lower, upper } = leftTail({ a: b, b: a }, y, x)
    return { lower: upper, upper: lower }
  }
  return leftTail({ a, b }, x, y)
}

function leftTail(beta: Beta, x: number, y: number): Tails {
  const lower = Math.min(1, (betaKernel(beta, x, y) / beta.a) * fraction(beta, x))
  return { lower, upper: 1 - lower }
}

/** x^a y^b / B(a, b), where y = 1 − x; the density times x y. */
export function betaKernel({ a, b }: Beta, x: number, y = 1 - x): number {
  const n = a + b
  const errors = stirlingError(n) - stirlingError(a) - stirlingError(b)
  const exponent = errors - deviance(a, n * x) - deviance(b, n * y)
  return Math.exp(exponent) * Math.sqrt((a * b) / (2 * Math.PI * n))
}

function fraction({ a, b }: Beta, x: number): number {
  let c = 1
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1))
  let product = d
  for (let i = 1; i < TERMS; i++) {
    const even = (i * (b - i) * x) / ((a + 2 * i - 1) * (a + 2 * i))
    d = 1 / notZero(1 + even * d)
    c = notZero(1 + even / c)
    product *= d * c
    const odd = (-(a + i) * (a + b + i) * x) / ((a + 2 * i) * (a + 2 * i + 1))
    d = 1 / notZero(1 + odd * d)
    c = notZero(1 + odd / c)
    product *= d * c
    if (Math.abs(d * c - 1) < Number.EPSILON) break
  }
  return product
}

/** The x below which a Beta(a, b) lies with probability p. */
export function betaQuantile(beta: Beta, p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  if (p === 0 || p === 1) return p
  return solveInBracket((x) => betaTails(beta, x).lower - p, 0, 1)
}
