import { z } from 'zod'
import { holm } from '../methods/holm.ts'
import { levels } from '../methods/testing-mode.ts'
import type { Basis } from './boundary.ts'
import { compare, comparison } from './comparison.ts'
import { shortfallOf } from './gates.ts'
import type { Look } from './looks.ts'
import type { ExperimentPlan, SidedGoal } from './plan.ts'

/** A secondary goal of one challenger: `adjusted_p` by Holm over all secondary goals and challengers. */
export const secondaryResult = comparison.pick({ variant: true, difference: true, lift: true }).extend({
  goal: z.string(),
  adjusted_p: z.number().nullable(),
  label: z.enum(['better', 'worse', 'unclear', 'too_early']),
})
export type SecondaryResult = z.infer<typeof secondaryResult>

/**
 * Secondary goals (statistics.md 1.5: Holm). While the any-time band judges, the smallest always-valid p-value of all
 * looks counts, so that a page that is seen every day still errs in 5 % of tests at most.
 *
 * @param looksOfGoal looks of each goal by its id, up to the one that is shown
 */
export function secondaryResults(
  plan: ExperimentPlan,
  looksOfGoal: ReadonlyMap<string, readonly Look[]>,
  basis: Basis,
): SecondaryResult[] {
  const { early, planned } = levels(plan.mode, 1)
  const alpha = (basis === 'any_time' ? early : planned) ?? 0
  const raw = plan.secondary.flatMap((goal) =>
    plan.variants
      .slice(1)
      .map((_, i) => rawResult({ plan, goal, challenger: i + 1, basis }, looksOfGoal.get(goal.id) ?? [])),
  )
  const adjusted = holm(raw.flatMap(({ p }) => p ?? []))
  let tested = 0
  return raw.map(({ goal, p, comparison: { variant, difference, lift } }) => {
    const adjusted_p = p === null ? null : (adjusted[tested++] ?? null)
    const label = labelOf({ adjusted_p, alpha, value: difference?.value ?? 0, better: goal.better })
    return { goal: goal.id, variant, difference, lift, adjusted_p, label }
  })
}

function rawResult(
  setting: { plan: ExperimentPlan; goal: SidedGoal; challenger: number; basis: Basis },
  looks: readonly Look[],
) {
  const { plan, goal, challenger, basis } = setting
  const at = (look: Look) =>
    compare(look.arms, challenger, { plan, measure: goal.measure, basis, comparisons: 1, gated: true })
  const passed = looks.filter(({ arms, wholeDays }) => {
    const pair = [arms[0], arms[challenger]].flatMap((arm) => arm ?? [])
    return shortfallOf(pair, wholeDays, goal.measure) === null
  })
  const judged = basis === 'any_time' ? passed : passed.slice(-1)
  const p = judged.reduce((least, look) => Math.min(least, at(look).p ?? 1), 1)
  const last = looks.at(-1)
  const variant = plan.variants[challenger]?.id ?? ''
  const shown = last === undefined ? { variant, difference: null, lift: null } : at(last)
  return { goal, comparison: shown, p: judged.length > 0 ? p : null }
}

function labelOf(input: {
  adjusted_p: number | null
  alpha: number
  value: number
  better: SidedGoal['better']
}): SecondaryResult['label'] {
  const { adjusted_p, alpha, value, better } = input
  if (adjusted_p === null) return 'too_early'
  if (adjusted_p > alpha) return 'unclear'
  return value > 0 === (better === 'higher') ? 'better' : 'worse'
}
