import { z } from 'zod'
import { SAMPLE_RATIO_ALARM, sampleRatio } from '../methods/sample-ratio.ts'
import type { Look } from './looks.ts'
import { variantName } from './names.ts'
import { type Calendar, isPastPlannedEnd } from './outcomes.ts'
import { plainPercent, signedPercent } from './percent.ts'
import type { ExperimentPlan } from './plan.ts'
import type { View } from './view.ts'

/** Visitors of one variant that are not in its sums. */
export const exclusions = z.object({
  variant: z.string(),
  /** Seen with more than one variant. */
  several_variants: z.coerce.number().nonnegative(),
  bots: z.coerce.number().nonnegative(),
})
export type Exclusions = z.infer<typeof exclusions>

/** Something that a careful reader would want to know, in words. None of them changes the verdict. */
export const warning = z.object({
  kind: z.enum([
    'partial_week',
    'one_order',
    'cap_touched',
    'several_variants',
    'bots_differ',
    'end_passed',
    'suspicious_lift',
    'many_goals',
  ]),
  sentence: z.string(),
})
export type Warning = z.infer<typeof warning>

const WEEK = 7
const LARGEST_ORDER_SHARE = 0.2
const CAPPED_BUYERS_SHARE = 0.05
const SEVERAL_VARIANTS_SHARE = 0.01
const SUSPICIOUS_LIFT = 0.5
const MANY_GOALS = 5

type Input = {
  plan: ExperimentPlan
  look: Look
  view: View
  calendar: Calendar
  exclusions: readonly Exclusions[]
}

/** The warnings of statistics.md section 5 that sums can tell; the split's has a verdict of its own. */
export function warningsOf(input: Input): Warning[] {
  return [
    ...calendarWarnings(input),
    ...moneyWarnings(input),
    ...trafficWarnings(input),
    ...readingWarnings(input),
  ]
}

function calendarWarnings({ plan, look, calendar }: Input): Warning[] {
  const found: Warning[] = []
  if (look.wholeDays >= WEEK && look.wholeDays % WEEK !== 0 && calendar.stopped === null) {
    const sentence = 'The last week is not whole: weekdays do not count alike yet.'
    found.push({ kind: 'partial_week', sentence })
  }
  if (isPastPlannedEnd(plan, calendar) && calendar.stopped === null) {
    const sentence =
      'The planned end has passed and the test still runs. Stop it, or start a new one to look again.'
    found.push({ kind: 'end_passed', sentence })
  }
  return found
}

function moneyWarnings({ plan, look }: Input): Warning[] {
  if (plan.goal.measure !== 'revenue') return []
  return look.arms.flatMap((arm, i): Warning[] => {
    const name = plan.variants[i]?.name ?? ''
    const found: Warning[] = []
    const share = arm.revenue_uncapped > 0 ? arm.largest_order / arm.revenue_uncapped : 0
    if (share > LARGEST_ORDER_SHARE) {
      found.push({
        kind: 'one_order',
        sentence: `One order makes up ${plainPercent(share)} of ${name}’s revenue.`,
      })
    }
    if (arm.capped_visitors > CAPPED_BUYERS_SHARE * arm.converters) {
      const part = `${arm.capped_visitors} of ${arm.converters} buyers`
      found.push({ kind: 'cap_touched', sentence: `The outlier cap cut ${part} of ${name}.` })
    }
    return found
  })
}

function trafficWarnings({ plan, look, exclusions }: Input): Warning[] {
  const found: Warning[] = []
  const counted = look.arms.reduce((sum, { visitors }) => sum + visitors, 0)
  const several = exclusions.reduce((sum, { several_variants }) => sum + several_variants, 0)
  const share = several / (counted + several)
  if (share > SEVERAL_VARIANTS_SHARE) {
    const sentence = `${plainPercent(share)} of visitors saw more than one version and are left out.`
    found.push({ kind: 'several_variants', sentence })
  }
  const bots = plan.variants.map(({ id }) => exclusions.find(({ variant }) => variant === id)?.bots ?? 0)
  const ratio = sampleRatio(
    bots,
    plan.variants.map(({ weight }) => weight),
  )
  if (ratio !== null && ratio.p < SAMPLE_RATIO_ALARM) {
    const sentence = 'Bots did not come to all versions alike: look for one that a script targets.'
    found.push({ kind: 'bots_differ', sentence })
  }
  return found
}

function readingWarnings({ plan, view }: Input): Warning[] {
  const found = view.comparisons.flatMap(({ variant, lift, chance_to_beat }): Warning[] => {
    if (lift === null || chance_to_beat === null || Math.abs(lift.value) <= SUSPICIOUS_LIFT) return []
    const sentence = `${variantName(plan, variant)} differs by ${signedPercent(lift.value)}: usually a tracking bug.`
    return [{ kind: 'suspicious_lift', sentence }]
  })
  const goals = plan.secondary.length + plan.guardrails.length
  if (goals <= MANY_GOALS) return found
  return [...found, { kind: 'many_goals', sentence: `${goals} further goals: some will differ by chance.` }]
}
