import type { ExperimentServing, ExperimentStatus } from '../../../schema/experiment/experiment.ts'
import { dayText, localDay, zoneAt } from '../../../schema/site/local-day.ts'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { ExperimentBody, ExperimentPatch } from '../../contract/experiments.ts'
import type { Outcome } from '../../statistics/decision/outcomes.ts'
import type { Installation } from '../environment.ts'
import { readGoals } from '../goals/goals.ts'
import { readConnection } from '../revenue/connection.ts'
import { shownMode } from '../revenue/revenue-settings.ts'
import type { WriteRow } from '../settings/settings-writer.ts'
import { chooseGoals, currentGoals, repeatedGoal } from './chosen-goals.ts'
import { type ExperimentRow, experimentCells, readExperiments } from './experiment-rows.ts'
import type { Fault } from './fault.ts'
import { readLastExperimentId } from './last-experiment-id.ts'
import { withPlannedEnd } from './planned-end.ts'
import { readPrefill } from './prefill.ts'
import { servingFault, startFault } from './serving-faults.ts'
import type { StoredPlan } from './stored-plan.ts'
import { wantedServing } from './wanted-serving.ts'

type Parts = Pick<Installation, 'settings' | 'writer' | 'reader' | 'now'>

/** What became of a change. `notice` says what it did beyond what was asked. */
export type ExperimentOutcome =
  | { ok: true; experiment: ExperimentRow; notice: string | null }
  | { ok: false; fault: Fault }

const refuse = (fault: Fault): ExperimentOutcome => ({ ok: false, fault })
const notFound: Fault = {
  reason: 'not_found',
  message: 'This site has no test with this id. Nothing was changed.',
}
const runningBut = (all: readonly ExperimentRow[], id: number) =>
  all.filter(({ status, experiment_id }) => status === 'running' && experiment_id !== id)

/** Stores a draft. */
export async function createExperiment(
  { settings, writer, now }: Parts,
  site: Site,
  body: ExperimentBody,
): Promise<ExperimentOutcome> {
  const wanted = wantedServing(body)
  if (!wanted.ok) return refuse(wanted.fault)
  const { serving } = wanted
  return await settings.change<ExperimentOutcome>(async (write) => {
    const all = await readExperiments(writer, site.site_id)
    const fault = servingFault(serving, { site, running: runningBut(all, 0) })
    if (fault !== null) return refuse(fault)
    const goals = await chooseGoals(body, { client: writer, write, site, now: now() })
    if (!goals.ok) return refuse(goals.fault)
    const { cap_percentile, minimal_lift, mode, power, planned_days, planned_visitors } = body
    const chosen = { goal: null, secondary: [], guardrails: [], ...goals.value }
    const twice = repeatedGoal(chosen)
    if (twice !== null) return refuse(twice)
    const fixed = { cap_percentile, minimal_lift, mode, power, planned_days, planned_visitors }
    const experiment: ExperimentRow = {
      experiment_id: (await readLastExperimentId(writer, site.site_id)) + 1,
      name: body.name,
      status: 'draft',
      phase: 1,
      serving,
      plan: { ...chosen, ...fixed, planned_by: null, first_day: null, end_day: null },
      phase_started_at: null,
      stopped_at: null,
      outcomes: [],
      created_at: now(),
      version: 0n,
    }
    await write('experiments', experimentCells(site.site_id, experiment))
    return { ok: true, experiment, notice: null }
  })
}

/** Changes a test; what would mix its data with others starts a new phase, and is said. */
export async function changeExperiment(
  parts: Parts,
  site: Site,
  { id, patch }: { id: number; patch: ExperimentPatch },
): Promise<ExperimentOutcome> {
  const { settings, writer, now } = parts
  return await settings.change<ExperimentOutcome>(async (write) => {
    const all = await readExperiments(writer, site.site_id)
    const before = all.find(({ experiment_id }) => experiment_id === id)
    if (before === undefined) return refuse(notFound)
    if (before.status === 'archived') return refuse(wrongStatus('An archived test does not change.'))
    const wanted = changedServing(before.serving, patch)
    if (!wanted.ok) return refuse(wanted.fault)
    const goals = await chooseGoals(patch, { client: writer, write, site, now: now() })
    if (!goals.ok) return refuse(goals.fault)
    const plan = changedPlan(before.plan, patch, goals.value)
    const running = runningBut(all, id)
    const served = !same(wanted.serving, before.serving)
    const fault = repeatedGoal(plan) ?? (served ? servingFault(wanted.serving, { site, running }) : null)
    if (fault !== null) return refuse(fault)
    const changed = { ...before, name: patch.name ?? before.name, serving: wanted.serving, plan }
    const begun = before.phase_started_at !== null
    const anew = begun && (served || patch.new_phase === true)
    if (begun && !anew && !same(plan, before.plan)) return refuse(planIsFixed)
    if (!anew) return await store({ write, site }, changed, null)
    return await beginPhase(parts, { site, write, running }, changed)
  })
}

const wrongStatus = (message: string): Fault => ({
  reason: 'wrong_status',
  message: `${message} Nothing was changed.`,
})

const planIsFixed: Fault = {
  reason: 'plan_is_fixed',
  message:
    'Goals and plan are fixed when a test starts, or its verdict would not hold. Send new_phase: true to begin anew with the changed plan. Nothing was changed.',
}

// Both sides come out of the same schemas, so that their fields stand in the same order.
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
const or = <T>(sent: T | undefined, kept: T): T => (sent === undefined ? kept : sent)

function changedServing(kept: ExperimentServing, patch: ExperimentPatch) {
  return wantedServing({
    kind: or(patch.kind, kept.kind),
    page: or(patch.page, kept.page),
    coverage: or(patch.coverage, kept.coverage),
    variants: or<ExperimentBody['variants']>(patch.variants, kept.variants),
  })
}

function changedPlan(kept: StoredPlan, patch: ExperimentPatch, goals: Partial<StoredPlan>): StoredPlan {
  const planned_days = or(patch.planned_days, kept.planned_days)
  const planned_visitors = or(patch.planned_visitors, kept.planned_visitors)
  const planned = planned_days === kept.planned_days && planned_visitors === kept.planned_visitors
  return {
    ...kept,
    ...goals,
    cap_percentile: or(patch.cap_percentile, kept.cap_percentile),
    minimal_lift: or(patch.minimal_lift, kept.minimal_lift),
    mode: or(patch.mode, kept.mode),
    power: or(patch.power, kept.power),
    planned_days,
    planned_visitors,
    planned_by: planned ? kept.planned_by : null,
  }
}

type Writing = { write: WriteRow; site: Site }

async function store(
  { write, site }: Writing,
  experiment: ExperimentRow,
  notice: string | null,
): Promise<ExperimentOutcome> {
  await write('experiments', experimentCells(site.site_id, experiment), experiment.version)
  return { ok: true, experiment, notice }
}

/** A phase after one that has run: at once when the test runs, else by the next start. */
async function beginPhase(
  parts: Parts,
  { site, write, running }: Writing & { running: ExperimentRow[] },
  changed: ExperimentRow,
): Promise<ExperimentOutcome> {
  const phase = changed.phase + 1
  const fresh: ExperimentRow = {
    ...changed,
    phase,
    outcomes: [],
    phase_started_at: null,
    stopped_at: null,
    plan: { ...changed.plan, first_day: null, end_day: null },
  }
  if (changed.status !== 'running') {
    const status = changed.status === 'stopped' ? 'draft' : changed.status
    const notice = `Phase ${phase} begins when you start the test: the numbers so far are set aside.`
    return await store({ write, site }, { ...fresh, status }, notice)
  }
  const started = await startedRow(parts, { site, running }, fresh)
  if (!started.ok) return started
  const notice = `Phase ${phase} began: the numbers so far are set aside, and counting begins anew.`
  return await store({ write, site }, started.experiment, notice)
}

/** A phase as it starts now: complete, with the goals as they are and its end planned. */
async function startedRow(
  { writer, reader, now }: Parts,
  { site, running }: { site: Site; running: ExperimentRow[] },
  row: ExperimentRow,
): Promise<ExperimentOutcome> {
  const fault = startFault(row.serving, { site, running })
  if (fault !== null) return refuse(fault)
  const goals = currentGoals(row.plan, await readGoals(writer, site.site_id))
  if (!goals.ok) return refuse(goals.fault)
  const { goal } = goals.value
  if (goal === null) return refuse(goalMissing)
  const moment = now()
  const livemode = shownMode(await readConnection(writer, site.site_id))
  const chosen =
    goal.goal_id === null || goal.target === null ? null : { goal_id: goal.goal_id, target: goal.target }
  const prefill = await readPrefill(reader, {
    site,
    page: row.serving.page,
    goal: chosen,
    livemode,
    now: moment,
  })
  const today = dayText(localDay(moment, zoneAt(site, moment)))
  const plan = withPlannedEnd({ ...row.plan, ...goals.value }, { serving: row.serving, prefill, today })
  const experiment: ExperimentRow = { ...row, plan, status: 'running', phase_started_at: moment }
  return { ok: true, experiment, notice: null }
}

const goalMissing: Fault = {
  reason: 'goal_missing',
  field: 'goal',
  message: 'The test has no goal yet. Choose one, then start.',
}

export const acts = ['start', 'pause', 'stop', 'archive'] as const
export type Act = (typeof acts)[number]

/** From which states an act leads on, and where to. */
const steps = {
  start: { from: ['draft', 'paused'], to: 'running' },
  pause: { from: ['running'], to: 'paused' },
  stop: { from: ['running', 'paused'], to: 'stopped' },
  archive: { from: ['draft', 'stopped'], to: 'archived' },
} as const satisfies Record<Act, { from: ExperimentStatus[]; to: ExperimentStatus }>

const refusals: Record<Act, (status: ExperimentStatus) => string> = {
  start: (status) =>
    status === 'stopped'
      ? 'The test was stopped, and looking twice at one end would break its verdict. Change it to begin a new phase, or make a new test.'
      : `The test is ${status} and cannot be started.`,
  pause: (status) => `The test is ${status}; only a running test can be paused.`,
  stop: (status) => `The test is ${status}; only a test that has begun can be stopped.`,
  archive: (status) => `The test is ${status}; stop it before you archive it.`,
}

/** Starts, pauses, stops or archives a test. */
export async function actOnExperiment(
  parts: Parts,
  site: Site,
  { id, act }: { id: number; act: Act },
): Promise<ExperimentOutcome> {
  const { settings, writer, now } = parts
  return await settings.change<ExperimentOutcome>(async (write) => {
    const all = await readExperiments(writer, site.site_id)
    const row = all.find(({ experiment_id }) => experiment_id === id)
    if (row === undefined) return refuse(notFound)
    const { from, to } = steps[act]
    if (!from.some((status) => status === row.status)) return refuse(wrongStatus(refusals[act](row.status)))
    const running = runningBut(all, id)
    if (act === 'start' && row.phase_started_at === null) {
      const started = await startedRow(parts, { site, running }, row)
      return started.ok ? await store({ write, site }, started.experiment, null) : started
    }
    const fault = act === 'start' ? startFault(row.serving, { site, running }) : null
    if (fault !== null) return refuse(fault)
    const stopped_at = act === 'stop' ? now() : row.stopped_at
    return await store({ write, site }, { ...row, status: to, stopped_at }, null)
  })
}

/** Deletes a test that does not run. */
export async function deleteExperiment(
  { settings, writer }: Parts,
  site: Site,
  id: number,
): Promise<ExperimentOutcome> {
  return await settings.change<ExperimentOutcome>(async (write) => {
    const all = await readExperiments(writer, site.site_id)
    const row = all.find(({ experiment_id }) => experiment_id === id)
    if (row === undefined) return refuse(notFound)
    if (row.status === 'running') return refuse(wrongStatus('The test runs; stop it before you delete it.'))
    await write('experiments', experimentCells(site.site_id, row, true), row.version)
    return { ok: true, experiment: row, notice: null }
  })
}

/** Stores what was decided once for all, unless another look did, or another phase began. */
export async function latchOutcomes(
  { settings, writer }: Parts,
  site: Site,
  {
    experiment_id,
    phase,
    outcomes,
  }: Pick<ExperimentRow, 'experiment_id' | 'phase'> & { outcomes: Outcome[] },
): Promise<void> {
  await settings.change(async (write) => {
    const all = await readExperiments(writer, site.site_id)
    const row = all.find((each) => each.experiment_id === experiment_id && each.phase === phase)
    if (row === undefined) return
    const fresh = outcomes.filter(({ variant }) => !row.outcomes.some((known) => known.variant === variant))
    if (fresh.length === 0) return
    const latched = { ...row, outcomes: [...row.outcomes, ...fresh] }
    await write('experiments', experimentCells(site.site_id, latched), row.version)
  })
}
