import { z } from 'zod'
import { listed, variantName } from './names.ts'
import type { ExperimentPlan } from './plan.ts'
import type { Verdict } from './verdict.ts'

/** The next action that the results page offers, with its button's words. */
export const nextAction = z.object({
  kind: z.enum([
    'keep_running',
    'use_variant',
    'keep_control',
    'stop_variants',
    'choose_freely',
    'find_fault',
    'review',
    'plan_longer_test',
  ]),
  label: z.string(),
})
export type NextAction = z.infer<typeof nextAction>

/** What to do about a verdict. */
export function actionOf(verdict: Verdict, plan: ExperimentPlan): NextAction {
  switch (verdict.kind) {
    case 'collecting':
      return verdict.over ? { kind: 'plan_longer_test', label: 'Plan a longer test' } : keepRunning
    case 'leaning':
      return keepRunning
    case 'winner':
      return { kind: 'use_variant', label: `Stop and use ${variantName(plan, verdict.variant)}` }
    case 'losing': {
      if (verdict.over) return { kind: 'keep_control', label: `Stop and keep ${plan.variants[0]?.name}` }
      const names = verdict.variants.map((id) => variantName(plan, id))
      return { kind: 'stop_variants', label: `Stop ${listed(names)}` }
    }
    case 'practically_equal':
    case 'no_clear_difference':
      return { kind: 'choose_freely', label: 'Stop and choose a version' }
    case 'dont_trust':
      return { kind: 'find_fault', label: 'Find what broke the split' }
    case 'conflict':
      return { kind: 'review', label: 'Review the goals' }
    default:
      return verdict satisfies never
  }
}

const keepRunning: NextAction = { kind: 'keep_running', label: 'Keep the test running' }
