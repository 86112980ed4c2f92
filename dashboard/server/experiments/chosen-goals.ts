import type { ClickHouseClient } from '@clickhouse/client'
import type { GoalTarget } from '../../../schema/experiment/goal.ts'
import { toMoney } from '../../../schema/payment/money.ts'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { ExperimentBody } from '../../contract/experiments.ts'
import { addGoal, type Goal, readGoals } from '../goals/goals.ts'
import type { WriteRow } from '../settings/settings-writer.ts'
import type { Fault } from './fault.ts'
import type { StoredGoal, StoredPlan } from './stored-plan.ts'

type Choice = NonNullable<ExperimentBody['goal']> | ExperimentBody['guardrails'][number]['goal']
type Chosen = Pick<ExperimentBody, 'goal' | 'secondary' | 'guardrails'>
type Wanted = { [Field in keyof Chosen]?: Chosen[Field] | undefined }
type ChosenGoals = Pick<StoredPlan, 'goal' | 'secondary' | 'guardrails'>
type Outcome<T> = { ok: true; value: T } | { ok: false; fault: Fault }

type Context = { client: ClickHouseClient; write: WriteRow; site: Site; now: number }

/** The goals that a body chooses; described ones are made when the site has none like it. Inside a change of settings. */
export async function chooseGoals(wanted: Wanted, context: Context): Promise<Outcome<Partial<ChosenGoals>>> {
  const goals = await readGoals(context.client, context.site.site_id)
  const choices = [
    ...(wanted.goal ? [{ field: 'goal', choice: wanted.goal }] : []),
    ...(wanted.secondary ?? []).map((choice, i) => ({ field: `secondary.${i}`, choice })),
    ...(wanted.guardrails ?? []).map(({ goal }, i) => ({ field: `guardrails.${i}.goal`, choice: goal })),
  ]
  const found = new Map<string, StoredGoal>()
  for (const { field, choice } of choices) {
    const goal = await chooseGoal(choice, goals, context)
    if (goal === null) return { ok: false, fault: unknownGoal(field) }
    found.set(field, goal)
  }
  const value: Partial<ChosenGoals> = {
    ...(wanted.goal !== undefined && { goal: found.get('goal') ?? null }),
    ...(wanted.secondary && {
      secondary: wanted.secondary.flatMap((_, i) => found.get(`secondary.${i}`) ?? []),
    }),
    ...(wanted.guardrails && {
      guardrails: wanted.guardrails.flatMap(({ margin }, i) => {
        const goal = found.get(`guardrails.${i}.goal`)
        return goal === undefined ? [] : [{ ...goal, margin }]
      }),
    }),
  }
  return { ok: true, value }
}

/** The same goal twice in a plan would be counted once and shown twice. */
export function repeatedGoal({ goal, secondary, guardrails }: ChosenGoals): Fault | null {
  const lists = [...(goal === null ? [] : [goal]), ...secondary, ...guardrails]
  const again = lists.find(({ id }, i) => lists.findIndex((other) => other.id === id) < i)
  if (again === undefined) return null
  const message = `The goal “${again.name}” is chosen twice. Choose it once.`
  return { reason: 'goal_repeats', field: 'secondary', message }
}

/** Goals as they are now under the ids of a plan; the field of one that is gone. */
export function currentGoals(plan: ChosenGoals, goals: readonly Goal[]): Outcome<ChosenGoals> {
  const gone: string[] = []
  const current = <T extends StoredGoal>(goal: T, field: string): T => {
    if (goal.goal_id === null) return goal
    const now = goals.find(({ goal_id }) => goal_id === goal.goal_id)
    if (now === undefined) gone.push(field)
    return now === undefined ? goal : { ...goal, ...storedGoal(now) }
  }
  const value = {
    goal: plan.goal && current(plan.goal, 'goal'),
    secondary: plan.secondary.map((goal, i) => current(goal, `secondary.${i}`)),
    guardrails: plan.guardrails.map((goal, i) => current(goal, `guardrails.${i}.goal`)),
  }
  const [field] = gone
  return field === undefined ? { ok: true, value } : { ok: false, fault: unknownGoal(field) }
}

const unknownGoal = (field: string): Fault => ({
  reason: 'unknown_goal',
  field,
  message: 'This site has no such goal. Make it first, or describe it.',
})

const builtIn = {
  bounce: { id: 'bounce', goal_id: null, name: 'Bounce rate', target: null, measure: 'rate' },
  refund: { id: 'refund', goal_id: null, name: 'Refund rate', target: null, measure: 'rate' },
} as const satisfies Record<string, StoredGoal>

async function chooseGoal(choice: Choice, goals: Goal[], context: Context): Promise<StoredGoal | null> {
  if ('goal_id' in choice) {
    const goal = goals.find(({ goal_id }) => goal_id === choice.goal_id)
    return goal === undefined ? null : storedGoal(goal)
  }
  if (choice.kind === 'bounce' || choice.kind === 'refund') return builtIn[choice.kind]
  const { client, write, site, now } = context
  const same = goals.find(({ target }) => JSON.stringify(target) === JSON.stringify(choice))
  if (same !== undefined) return storedGoal(same)
  const name = freeName(nameOf(choice, site.currency), goals)
  const made = await addGoal(
    { client, write, siteId: site.site_id },
    { name, target: choice, created_at: now },
  )
  goals.push(made)
  return storedGoal(made)
}

function storedGoal({ goal_id, name, target }: Goal): StoredGoal {
  const measure = target.kind === 'revenue' && target.at_least === null ? 'revenue' : 'rate'
  return { id: String(goal_id), goal_id, name, target, measure }
}

function freeName(name: string, goals: readonly Goal[]): string {
  const taken = new Set(goals.map((goal) => goal.name))
  for (let i = 2; ; i++) {
    if (!taken.has(name)) return name
    if (!taken.has(`${name} (${i})`)) return `${name} (${i})`
  }
}

function nameOf(target: GoalTarget, currency: string): string {
  return fullName(target, currency).slice(0, 70)
}

function fullName(target: GoalTarget, currency: string): string {
  switch (target.kind) {
    case 'page':
      return `Visit ${target.path.value}`
    case 'event':
      return target.name
    case 'click':
      return `Click ${target.value}`
    case 'form':
      return `Form ${target.selector}`
    case 'revenue':
      return revenueName(target.at_least, currency)
  }
}

function revenueName(atLeast: number | null, currency: string): string {
  if (atLeast === null) return 'Any revenue'
  return `Order of at least ${toMoney(atLeast, currency).value} ${currency.toUpperCase()}`
}
