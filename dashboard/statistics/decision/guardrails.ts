import { z } from 'zod'
import { absoluteDifference } from '../methods/difference.ts'
import { type Basis, boundary, oneSidedBoundary } from './boundary.ts'
import { compare, comparison } from './comparison.ts'
import { shortfallOf } from './gates.ts'
import type { Look } from './looks.ts'
import type { ExperimentPlan, Guardrail } from './plan.ts'
import { momentsOf } from './sums.ts'

/**
 * A guardrail of one challenger. `passed`: it loses less than the margin for sure. `failed`: it is worse for sure.
 */
export const guardrailResult = comparison.pick({ variant: true, difference: true, lift: true }).extend({
  goal: z.string(),
  margin: z.number(),
  state: z.enum(['passed', 'failed', 'undecided', 'too_early']),
})
export type GuardrailResult = z.infer<typeof guardrailResult>

/**
 * Guardrails, uncorrected for their number and that of challengers, which is the safe side (statistics.md 1.5; 1.3
 * "Non-inferiority guardrail": the one-sided bound lies above −margin of the control's mean).
 */
export function guardrailResults(
  plan: ExperimentPlan,
  lookOfGoal: ReadonlyMap<string, Look>,
  basis: Basis,
): GuardrailResult[] {
  return plan.guardrails.flatMap((guardrail) => {
    const look = lookOfGoal.get(guardrail.id)
    return plan.variants.slice(1).map(({ id }, i) => {
      const shared = { goal: guardrail.id, margin: guardrail.margin }
      if (look === undefined)
        return { ...shared, variant: id, difference: null, lift: null, state: 'too_early' }
      const setting = { plan, measure: guardrail.measure, basis, comparisons: 1, gated: true }
      const { difference, lift } = compare(look.arms, i + 1, setting)
      return {
        ...shared,
        variant: id,
        difference,
        lift,
        state: stateOf(look, i + 1, { plan, guardrail, basis }),
      }
    })
  })
}

function stateOf(
  { arms, wholeDays }: Look,
  challenger: number,
  { plan, guardrail, basis }: { plan: ExperimentPlan; guardrail: Guardrail; basis: Basis },
): GuardrailResult['state'] {
  const [control, treatment] = [arms[0], arms[challenger]]
  if (control === undefined || treatment === undefined) return 'too_early'
  if (shortfallOf([control, treatment], wholeDays, guardrail.measure) !== null) return 'too_early'
  const [before, after] = [momentsOf(control, guardrail.measure), momentsOf(treatment, guardrail.measure)]
  if (before === null || after === null) return 'too_early'
  const difference = absoluteDifference(before, after)
  if (difference === null) return 'undecided'
  const gain = guardrail.better === 'higher' ? difference.effect : -difference.effect
  const pair = { challenger, visitors: control.visitors + treatment.visitors }
  if (gain + boundary(plan, basis, pair, 1) * difference.standardError < 0) return 'failed'
  const lowest = gain - oneSidedBoundary(plan, basis, pair) * difference.standardError
  return lowest > -guardrail.margin * Math.abs(before.mean) ? 'passed' : 'undecided'
}
