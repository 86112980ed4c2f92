import { z } from 'zod'
import type { Basis } from './boundary.ts'
import { checkSplit, shortfall, shortfallOf, splitCheck } from './gates.ts'
import { guardrailResult, guardrailResults } from './guardrails.ts'
import { type Look, looksOf, lookThrough } from './looks.ts'
import { actionOf, nextAction } from './next-action.ts'
import { isPastPlannedEnd, outcome, settle } from './outcomes.ts'
import { experimentPlan } from './plan.ts'
import { progress, progressOf } from './progress.ts'
import { secondaryResult, secondaryResults } from './secondary.ts'
import { dailySums, noSums } from './sums.ts'
import { verdict, verdictOf } from './verdict.ts'
import { curveOf, curvePoint, view, viewOf } from './view.ts'
import { exclusions, warning, warningsOf } from './warnings.ts'
import { sentenceOf } from './words.ts'

/**
 * Everything that a decision is made of. `sums` holds the daily rows of each goal by its id, the primary one's too;
 * `today` and `stopped` are days of the site; `settled` are the outcomes that earlier decisions gave, for good.
 */
export const decisionInput = z.object({
  plan: experimentPlan,
  sums: z.record(z.string(), z.array(dailySums)),
  today: z.iso.date(),
  stopped: z.iso.date().nullable().default(null),
  settled: z.array(outcome).default([]),
  exclusions: z.array(exclusions).default([]),
})
export type DecisionInput = z.infer<typeof decisionInput>

/**
 * `view` is what the verdict stands on: the latest data, or those up to the planned end once it has passed; `later`
 * is then everything since the start, if anything came after. `outcomes` are to be stored. `shortfall` names the first
 * gate that is not passed.
 */
export const decision = z.object({
  verdict,
  sentence: z.string(),
  next_action: nextAction,
  outcomes: z.array(outcome),
  shortfall: shortfall.nullable(),
  split: splitCheck.nullable(),
  progress,
  view,
  later: view.nullable(),
  curve: z.array(curvePoint),
  secondary: z.array(secondaryResult),
  guardrails: z.array(guardrailResult),
  warnings: z.array(warning),
})
export type Decision = z.infer<typeof decision>

/**
 * The decision of a split test (statistics.md 1.5), a pure function of sums: the same on any day for the same data
 * and stored outcomes, valid however often the owner looks.
 *
 * @throws RangeError for a row of a variant that the plan does not have
 */
export function decide(input: DecisionInput): Decision {
  const { plan, settled, today, stopped } = input
  const calendar = { today, stopped }
  const looks = looksOf(input.sums[plan.goal.id] ?? [], plan, today)
  const latest = lookThrough(looks) ?? beforeAnyone(input)
  const basis: Basis = isPastPlannedEnd(plan, calendar) ? 'planned_end' : 'any_time'
  const throughDay = basis === 'planned_end' ? (plan.end_day ?? undefined) : undefined
  const judged = lookThrough(looks, throughDay) ?? latest
  const weights = plan.variants.map(({ weight }) => weight)
  const findings = {
    plan,
    calendar,
    view: viewOf(judged, plan, basis),
    split: checkSplit(latest, weights),
    shortfall: shortfallOf(judged.arms, judged.wholeDays, plan.goal.measure),
    outcomes: settle({ plan, looks, calendar, settled }),
    ...furtherGoals(input, basis, throughDay),
  }
  const progress = progressOf(latest, plan, calendar)
  const verdict = verdictOf({ ...findings, daysLeft: progress.days_left })
  return {
    verdict,
    sentence: sentenceOf(verdict, plan),
    next_action: actionOf(verdict, plan),
    outcomes: findings.outcomes,
    shortfall: findings.shortfall,
    split: findings.split,
    progress,
    view: findings.view,
    later: judged === latest ? null : viewOf(latest, plan, 'any_time'),
    curve: curveOf(looks, plan),
    secondary: findings.secondary,
    guardrails: findings.guardrails,
    warnings: warningsOf({ plan, look: judged, view: findings.view, calendar, exclusions: input.exclusions }),
  }
}

const beforeAnyone = ({ plan, today }: DecisionInput): Look => ({
  day: today,
  wholeDays: 0,
  arms: plan.variants.map(() => noSums),
})

function furtherGoals({ plan, sums, today }: DecisionInput, basis: Basis, throughDay: string | undefined) {
  const looks = new Map(
    [...plan.secondary, ...plan.guardrails].map(({ id }) => {
      const all = looksOf(sums[id] ?? [], plan, today)
      return [id, throughDay === undefined ? all : all.filter(({ day }) => day <= throughDay)] as const
    }),
  )
  const last = [...looks].flatMap(([id, ofGoal]) => {
    const look = ofGoal.at(-1)
    return look === undefined ? [] : [[id, look] as const]
  })
  return {
    secondary: secondaryResults(plan, looks, basis),
    guardrails: guardrailResults(plan, new Map(last), basis),
  }
}
