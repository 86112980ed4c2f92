import { gaussLegendre } from '../functions/gauss-legendre.ts'
import { normalCdf, normalDensity } from '../functions/normal.ts'
import type { Belief } from './normal-posterior.ts'

const PANELS = 10
const POINTS_A_PANEL = 20
/** Standard deviations on each side of an arm's mean that the integral covers. */
const REACH = 8.5

/** For one arm: the chance that it is the best, and what choosing it is expected to lose against the best. */
export type Standing = { chance: number; loss: number }

/**
 * P(arm is best) and expected loss of k arms with normal posteriors: ∫ φ_i ΠΦ_j on a fixed grid of 200 points
 * (statistics.md 1.3 "P(best) of k arms"), so that a page shows the same figures each time.
 */
export function standings(arms: readonly Belief[]): Standing[] {
  const grid = standardGrid()
  const raw = arms.map((arm, i) => bestPart(arm, arms.toSpliced(i, 1), grid))
  const total = raw.reduce((sum, { chance }) => sum + chance, 0)
  const meanOfBest = raw.reduce((sum, { share }) => sum + share, 0) / total
  return arms.map(({ mean }, i) => ({
    chance: (raw[i]?.chance ?? 0) / total,
    loss: Math.max(0, meanOfBest - mean),
  }))
}

type Grid = readonly { z: number; weight: number }[]

function standardGrid(): Grid {
  const rule = gaussLegendre(POINTS_A_PANEL)
  const half = REACH / PANELS
  return Array.from({ length: PANELS }, (_, panel) => -REACH + (2 * panel + 1) * half).flatMap((middle) =>
    rule.map(({ point, weight }) => {
      const z = middle + half * point
      return { z, weight: weight * half * normalDensity(z) }
    }),
  )
}

/** P(arm is best), and E[arm's value; arm is best]. */
function bestPart(arm: Belief, others: readonly Belief[], grid: Grid): { chance: number; share: number } {
  let chance = 0
  let share = 0
  for (const { z, weight } of grid) {
    const value = arm.mean + arm.sd * z
    let part = weight
    for (const other of others) part *= normalCdf((value - other.mean) / other.sd)
    chance += part
    share += part * value
  }
  return { chance, share }
}
