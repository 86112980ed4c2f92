import { gammaTails } from './gamma.ts'

/** P(X > x) of a chi-square value with `df` degrees of freedom: Q(df/2, x/2) (Abramowitz & Stegun 26.4.19). */
export const chiSquareTail = (x: number, df: number) => gammaTails(df / 2, x / 2).upper
