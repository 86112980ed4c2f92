import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, instantCell, uint64 } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { experimentServing, experimentStatus } from '../../../schema/experiment/experiment.ts'
import type { Experiment } from '../../contract/experiments.ts'
import { outcome } from '../../statistics/decision/outcomes.ts'
import { jsonCell } from '../goals/goals.ts'
import { storedPlan } from './stored-plan.ts'

const sql = sqlBeside(import.meta.url)

const experimentRow = z.object({
  experiment_id: z.number().int(),
  name: z.string(),
  status: experimentStatus,
  phase: z.number().int(),
  serving: jsonCell(experimentServing),
  plan: jsonCell(storedPlan),
  /** Null until the phase starts. */
  phase_started_at: instant.nullable(),
  stopped_at: instant.nullable(),
  outcomes: jsonCell(z.array(outcome)),
  created_at: instant,
  version: uint64,
})
export type ExperimentRow = z.infer<typeof experimentRow>

/** The tests of a site, newest first. */
export async function readExperiments(client: ClickHouseClient, siteId: number): Promise<ExperimentRow[]> {
  return await readRows(client, { sql: sql(), params: { site_id: siteId }, row: experimentRow })
}

/** A test as a row to write, without its version. */
export function experimentCells(siteId: number, row: ExperimentRow, deleted = false) {
  const { version: _, ...rest } = row
  return {
    ...rest,
    site_id: siteId,
    serving: JSON.stringify(row.serving),
    plan: JSON.stringify(row.plan),
    outcomes: JSON.stringify(row.outcomes),
    phase_started_at: row.phase_started_at === null ? null : instantCell(row.phase_started_at),
    stopped_at: row.stopped_at === null ? null : instantCell(row.stopped_at),
    created_at: instantCell(row.created_at),
    deleted,
  }
}

const isoOrNull = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

/** A test as answers carry it. */
export function describeExperiment(row: ExperimentRow): Experiment {
  const { serving, plan, phase_started_at, stopped_at, created_at, version: _, ...rest } = row
  return {
    ...rest,
    ...serving,
    ...plan,
    phase_started_at: isoOrNull(phase_started_at),
    stopped_at: isoOrNull(stopped_at),
    created_at: new Date(created_at).toISOString(),
  }
}
