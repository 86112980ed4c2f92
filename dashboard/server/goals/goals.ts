import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, instantCell, uint64 } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { type GoalTarget, goalTarget } from '../../../schema/experiment/goal.ts'
import type { WriteRow } from '../settings/settings-writer.ts'
import { readLastGoalId } from './last-goal-id.ts'

const sql = sqlBeside(import.meta.url)

/** A column that holds JSON of a schema. */
export const jsonCell = <T>(schema: z.ZodType<T>) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema)

const goalRow = z.object({
  goal_id: z.number().int(),
  name: z.string(),
  target: jsonCell(goalTarget),
  created_at: instant,
  version: uint64,
})
export type Goal = z.infer<typeof goalRow>

/** The goals of a site, by name. */
export async function readGoals(client: ClickHouseClient, siteId: number): Promise<Goal[]> {
  return await readRows(client, { sql: sql(), params: { site_id: siteId }, row: goalRow })
}

type Change = { client: ClickHouseClient; write: WriteRow; siteId: number }

/** Writes a new goal, inside a change of settings. */
export async function addGoal(
  { client, write, siteId }: Change,
  wanted: { name: string; target: GoalTarget; created_at: number },
): Promise<Goal> {
  const goal_id = (await readLastGoalId(client, siteId)) + 1
  const goal = { ...wanted, goal_id, version: 0n }
  return { ...goal, version: await write('goals', goalCells(siteId, goal, false)) }
}

/** A goal as a row to write, without its version. */
export function goalCells(siteId: number, goal: Goal, deleted: boolean) {
  const { goal_id, name, target, created_at } = goal
  return {
    site_id: siteId,
    goal_id,
    name,
    target: JSON.stringify(target),
    created_at: instantCell(created_at),
    deleted,
  }
}
