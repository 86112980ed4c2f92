import type { Shortfall } from './gates.ts'
import type { Range } from './lift.ts'
import { guardrailName, listed, variantName } from './names.ts'
import { plainPercent, signedPercent, splitWords } from './percent.ts'
import type { ExperimentPlan } from './plan.ts'
import type { Verdict } from './verdict.ts'

type Of<Kind extends Verdict['kind']> = Extract<Verdict, { kind: Kind }>

/** The verdict in a sentence or two (statistics.md 5 "Verdict states and plain words"). */
export function sentenceOf(verdict: Verdict, plan: ExperimentPlan): string {
  switch (verdict.kind) {
    case 'collecting':
      return collecting(verdict.shortfall, verdict.over)
    case 'leaning':
      return leaning(verdict, plan)
    case 'winner':
      return winner(verdict, plan)
    case 'losing':
      return losing(verdict, plan)
    case 'practically_equal':
      return `The versions are practically equal: they differ by less than ±${plainPercent(verdict.within)}. Choose what you like.`
    case 'no_clear_difference':
      return verdict.largest === null
        ? 'The test ended without a clear winner. Choose what you like.'
        : `The test ended without a clear winner. Differences above ±${plainPercent(verdict.largest)} are unlikely; choose what you like.`
    case 'dont_trust': {
      const [seen, planned] = splitWords(verdict.split.seen, verdict.split.planned)
      return `Visitors were not split as planned (${seen} instead of ${planned}). Find the cause before using these numbers.`
    }
    case 'conflict':
      return `${plan.goal.name} up, ${guardrailName(plan, verdict.guardrail)} worse with ${variantName(plan, verdict.variant)} – review.`
    default:
      return verdict satisfies never
  }
}

const counted = {
  conversions: 'conversions per version',
  others: 'visitors per version who did not convert',
  buyers: 'buyers per version',
  whole_days: 'whole days',
} as const

function collecting({ of, have, need }: Shortfall, over: boolean): string {
  const data = `${have} of at least ${need} ${counted[of]}`
  return over
    ? `The test ended too early to say – ${data}. Plan a longer one.`
    : `Too early to say – ${data}.`
}

function leaning({ ahead, days_left }: Of<'leaning'>, plan: ExperimentPlan): string {
  const start =
    ahead === null
      ? 'No version is ahead so far.'
      : `${variantName(plan, ahead)} is ahead, but this could still be chance.`
  if (days_left === null) return `${start} Keep going.`
  return `${start} Keep going, about ${days_left} ${days_left === 1 ? 'day' : 'days'} left.`
}

function winner({ variant, lift, also_better }: Of<'winner'>, plan: ExperimentPlan): string {
  const name = variantName(plan, variant)
  const revenue = plan.goal.measure === 'revenue'
  const found = `${name} ${revenue ? 'earns more' : 'converts more visitors'}${reach(lift, revenue)}.`
  const others = listed(also_better.map((id) => variantName(plan, id)))
  const also = others === '' ? '' : ` ${others} beat${also_better.length > 1 ? '' : 's'} the control too.`
  return `${found}${also} Safe to stop and use ${name}.`
}

/** The log-ratio interval may touch 0 where that of the difference does not; then only its far end is said. */
function reach(lift: Range | null, revenue: boolean): string {
  if (lift === null) return ''
  const each = revenue ? ' per visitor' : ''
  if (lift.low <= 0) return `: up to ${signedPercent(lift.high)}${each}`
  return `: between ${signedPercent(lift.low)} and ${signedPercent(lift.high)}${each}`
}

function losing({ variants, because }: Of<'losing'>, plan: ExperimentPlan): string {
  const many = variants.length > 1
  const s = many ? '' : 's'
  const harm = plan.goal.measure === 'revenue' ? `cost${s} you money` : `convert${s} fewer visitors`
  const guarded = because === null ? harm : `harm${s} ${guardrailName(plan, because)}, which you guard`
  return `${listed(variants.map((id) => variantName(plan, id)))} ${guarded}. Stop ${many ? 'them' : 'it'}.`
}
