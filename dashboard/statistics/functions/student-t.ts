import { betaTails } from './beta.ts'
import { solveInBracket } from './bracket.ts'
import { normalTail } from './normal.ts'

/**
 * From here on the continued fraction would be slow and the normal value with two terms of Fisher's expansion is
 * exact to a double (Abramowitz & Stegun 26.7.8).
 */
const NEARLY_NORMAL = 1e7

/** P(T > t) with `df` degrees of freedom, which need not be whole: ½ I_{df/(df+t²)}(df/2, ½). */
export function studentTail(t: number, df: number): number {
  if (!(df > 0) || Number.isNaN(t)) return Number.NaN
  if (t < 0) return 1 - studentTail(-t, df)
  if (t === Number.POSITIVE_INFINITY) return 0
  if (df > NEARLY_NORMAL) return normalTail(asNormal(t, df))
  const square = t * t
  return 0.5 * betaTails({ a: df / 2, b: 0.5 }, df / (df + square), square / (df + square)).lower
}

/** P(T ≤ t), accurate in the far left tail too. */
export const studentCdf = (t: number, df: number) => studentTail(-t, df)

/** The t below which a value lies with probability p; −studentQuantile(q, df) for an upper tail of q. */
export function studentQuantile(p: number, df: number): number {
  if (!(df > 0 && p >= 0 && p <= 1)) return Number.NaN
  if (p === 0) return Number.NEGATIVE_INFINITY
  if (p === 1) return Number.POSITIVE_INFINITY
  if (p === 0.5) return 0
  if (p < 0.5) return -upperPoint(p, df)
  return upperPoint(1 - p, df)
}

function upperPoint(q: number, df: number): number {
  let high = 2
  while (studentTail(high, df) > q && high < Number.MAX_VALUE / 2) high *= 2
  return solveInBracket((t) => studentTail(t, df) - q, 0, high)
}

function asNormal(t: number, df: number): number {
  const square = t * t
  const first = (t * (square + 1)) / (4 * df)
  const second = (t * ((13 * square + 8) * square + 3)) / (96 * df * df)
  return Math.max(0, t - first + second)
}
