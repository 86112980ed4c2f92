import type { z } from 'zod'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { goalBody, goalPatch } from '../../contract/goals.ts'
import type { Installation } from '../environment.ts'
import { type ExperimentRow, readExperiments } from '../experiments/experiment-rows.ts'
import { planGoals } from '../experiments/stored-plan.ts'
import { addGoal, type Goal, goalCells, readGoals } from './goals.ts'

type Parts = Pick<Installation, 'settings' | 'writer' | 'now'>

/** What became of a change of goals. `experiment` is the name of a test that has begun and counts the goal. */
export type GoalOutcome =
  | { ok: true; goal: Goal }
  | { ok: false; reason: 'not_found' | 'name_taken' }
  | { ok: false; reason: 'in_use'; experiment: string }

/** Adds a goal. */
export async function createGoal(
  { settings, writer, now }: Parts,
  { site_id }: Site,
  wanted: z.output<typeof goalBody>,
): Promise<GoalOutcome> {
  return await settings.change<GoalOutcome>(async (write) => {
    const goals = await readGoals(writer, site_id)
    if (goals.some(({ name }) => name === wanted.name)) return { ok: false, reason: 'name_taken' }
    const change = { client: writer, write, siteId: site_id }
    return { ok: true, goal: await addGoal(change, { ...wanted, created_at: now() }) }
  })
}

/** Changes a goal; its target stays while a test that counts it runs or pauses. */
export async function changeGoal(
  { settings, writer }: Parts,
  { site_id }: Site,
  { goalId, patch }: { goalId: number; patch: z.output<typeof goalPatch> },
): Promise<GoalOutcome> {
  return await settings.change<GoalOutcome>(async (write) => {
    const goals = await readGoals(writer, site_id)
    const before = goals.find(({ goal_id }) => goal_id === goalId)
    if (before === undefined) return { ok: false, reason: 'not_found' }
    const { name = before.name, target = before.target } = patch
    if (goals.some((each) => each.name === name && each.goal_id !== goalId))
      return { ok: false, reason: 'name_taken' }
    if (JSON.stringify(target) !== JSON.stringify(before.target)) {
      const user = userOf(await readExperiments(writer, site_id), goalId)
      if (user !== null) return { ok: false, reason: 'in_use', experiment: user }
    }
    const goal = { ...before, name, target }
    await write('goals', goalCells(site_id, goal, false), before.version)
    return { ok: true, goal }
  })
}

/** Deletes a goal that no test which runs or pauses counts. */
export async function deleteGoal(
  { settings, writer }: Parts,
  { site_id }: Site,
  goalId: number,
): Promise<GoalOutcome> {
  return await settings.change<GoalOutcome>(async (write) => {
    const goal = (await readGoals(writer, site_id)).find(({ goal_id }) => goal_id === goalId)
    if (goal === undefined) return { ok: false, reason: 'not_found' }
    const user = userOf(await readExperiments(writer, site_id), goalId)
    if (user !== null) return { ok: false, reason: 'in_use', experiment: user }
    await write('goals', goalCells(site_id, goal, true), goal.version)
    return { ok: true, goal }
  })
}

function userOf(experiments: readonly ExperimentRow[], goalId: number): string | null {
  const user = experiments.find(
    ({ status, plan }) =>
      (status === 'running' || status === 'paused') &&
      planGoals(plan).some(({ goal_id }) => goal_id === goalId),
  )
  return user?.name ?? null
}
