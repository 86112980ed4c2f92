import { z } from 'zod'
import { shortfall, splitCheck } from './gates.ts'
import type { GuardrailResult } from './guardrails.ts'
import { range } from './lift.ts'
import { type Calendar, isPastPlannedEnd, type Outcome, outcome } from './outcomes.ts'
import type { ExperimentPlan } from './plan.ts'
import type { View } from './view.ts'

/**
 * What the test says (statistics.md 5 "Verdict states"). Lifts are relative, ids are those of the plan.
 * - `dont_trust`: the visitors were not split as planned.
 * - `conflict`: a winner of the primary goal fails a guardrail.
 * - `winner`: as stored when it was found; `also_better` are others that beat the control too.
 * - `losing`: `because` names the guardrail that failed, null for the primary goal; `over` when no other is left.
 * - `practically_equal`: every interval lies inside ±`within`, the smallest lift that matters.
 * - `no_clear_difference`: lifts beyond ±`largest` are unlikely, null where none can be given.
 * - `collecting`: gates not passed; `over` when the test has ended so. `leaning`: `ahead` is null when nobody is.
 */
export const verdict = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('dont_trust'), split: splitCheck }),
  z.object({ kind: z.literal('conflict'), variant: z.string(), guardrail: z.string() }),
  z.object({
    kind: z.literal('winner'),
    variant: z.string(),
    lift: range.nullable(),
    basis: outcome.shape.basis,
    day: outcome.shape.day,
    also_better: z.array(z.string()),
  }),
  z.object({
    kind: z.literal('losing'),
    variants: z.array(z.string()),
    because: z.string().nullable(),
    over: z.boolean(),
  }),
  z.object({ kind: z.literal('practically_equal'), within: z.number() }),
  z.object({ kind: z.literal('no_clear_difference'), largest: z.number().nullable() }),
  z.object({ kind: z.literal('collecting'), shortfall, over: z.boolean() }),
  z.object({ kind: z.literal('leaning'), ahead: z.string().nullable(), days_left: z.number().nullable() }),
])
export type Verdict = z.infer<typeof verdict>

/** Below this chance of being better nobody is called ahead. */
const AHEAD_PERCENT = 65

export type Findings = {
  plan: ExperimentPlan
  calendar: Calendar
  view: View
  split: z.infer<typeof splitCheck> | null
  shortfall: z.infer<typeof shortfall> | null
  outcomes: readonly Outcome[]
  guardrails: readonly GuardrailResult[]
  daysLeft: number | null
}

/** The one verdict of a test; the first that applies, gravest first. */
export function verdictOf(findings: Findings): Verdict {
  const { split, shortfall, plan, calendar } = findings
  if (split?.alarm) return { kind: 'dont_trust', split }
  const over = calendar.stopped !== null || isPastPlannedEnd(plan, calendar)
  const found = winner(findings) ?? loss(findings, over)
  if (found !== null) return found
  if (shortfall !== null) return { kind: 'collecting', shortfall, over }
  return over ? noDifference(findings) : leaning(findings)
}

const gainOf = (view: View, variant: string) =>
  view.comparisons.find((comparison) => comparison.variant === variant)?.difference?.value ?? 0

function winner({ outcomes, view, guardrails }: Findings): Verdict | null {
  const better = outcomes.filter(({ direction }) => direction === 'better')
  const [best, ...others] = better.toSorted((a, b) => gainOf(view, b.variant) - gainOf(view, a.variant))
  if (best === undefined) return null
  const harmed = guardrails.find(({ variant, state }) => variant === best.variant && state === 'failed')
  if (harmed !== undefined) return { kind: 'conflict', variant: best.variant, guardrail: harmed.goal }
  const { variant, lift, basis, day } = best
  return { kind: 'winner', variant, lift, basis, day, also_better: others.map((other) => other.variant) }
}

function loss({ outcomes, guardrails, plan }: Findings, over: boolean): Verdict | null {
  const worse = outcomes.filter(({ direction }) => direction === 'worse').map(({ variant }) => variant)
  const harmed = guardrails.filter(({ state, variant }) => state === 'failed' && !worse.includes(variant))
  const variants = plan.variants
    .map(({ id }) => id)
    .filter((id) => worse.includes(id) || harmed.some(({ variant }) => variant === id))
  if (variants.length === 0) return null
  const because = worse.length === 0 ? (harmed[0]?.goal ?? null) : null
  return { kind: 'losing', variants, because, over: over || variants.length === plan.variants.length - 1 }
}

function noDifference({ view, plan }: Findings): Verdict {
  const control = view.arms[0]
  const base = plan.goal.measure === 'rate' ? control?.rate?.value : control?.revenue_per_visitor_capped
  const intervals = view.comparisons.map(({ difference }) => difference)
  const within = plan.minimal_lift
  const inside = intervals.every(
    (interval) => interval !== null && Math.max(-interval.low, interval.high) < within * (base ?? 0),
  )
  if (view.interval === 'planned_end' && inside) return { kind: 'practically_equal', within }
  const reaches = view.comparisons.map(
    ({ lift }) => lift && Math.max(Math.abs(lift.low), Math.abs(lift.high)),
  )
  const largest = reaches.reduce(
    (most, reach) => (most === null || reach === null ? null : Math.max(most, reach)),
    0,
  )
  return { kind: 'no_clear_difference', largest }
}

/** The variant that is ahead may be the control, when every challenger trails it. */
function leaning({ view, plan, daysLeft }: Findings): Verdict {
  const best = view.comparisons.toSorted((a, b) => gainOf(view, b.variant) - gainOf(view, a.variant))[0]
  const chance = best?.chance_to_beat ?? null
  const kind = 'leaning'
  if (best !== undefined && chance !== null && chance >= AHEAD_PERCENT) {
    return { kind, ahead: best.variant, days_left: daysLeft }
  }
  const control = plan.variants[0]?.id ?? null
  return {
    kind,
    ahead: chance !== null && chance <= 100 - AHEAD_PERCENT ? control : null,
    days_left: daysLeft,
  }
}
