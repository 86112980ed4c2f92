import type { ClickHouseClient } from '@clickhouse/client'
import { dayText } from '../../schema/site/local-day.ts'
import { readCrowdedDimensions } from './crowded-dimensions.ts'
import { leaveOut } from './leave-out.ts'
import { writeRevenueOfDays } from './revenue-of-days.ts'
import { type BatchRoom, packDays, type RollupBatch } from './rollup-batches.ts'
import type { ChangedDay, RollupKind } from './site-day.ts'
import { writeTrafficOfEvents } from './traffic-of-events.ts'
import { writeTrafficOfVisits } from './traffic-of-visits.ts'

/** The days of a statement, and the number of the run of each; `keys` are the days as site_id << 16 | day. */
export type RunParams = { site_ids: number[]; days: string[]; keys: bigint[]; run_ids: bigint[] }
export type SliceParams = RunParams & { slices: number; slice: number }

/** Gives the next number of a run, above all before. */
export type NextRunId = () => bigint

type Computing = {
  nextRunId: NextRunId
  room: BatchRoom
  /** Values that a dimension may have on a day. Past them the day is read from facts by that dimension. */
  mostValues: number
}

/** Computes whole days of traffic. A day counts when its run is written, after all its rows. */
export async function computeTraffic(
  client: ClickHouseClient,
  days: readonly ChangedDay[],
  { nextRunId, room, mostValues }: Computing,
): Promise<void> {
  for (const batch of packDays(days, room, ({ source }) => Number(source))) {
    const params = paramsOf(batch, nextRunId)
    for (let slice = 0; slice < batch.slices; slice++) {
      const part = { ...params, slices: batch.slices, slice }
      await writeTrafficOfVisits(client, part)
      await writeTrafficOfEvents(client, part)
    }
    const crowded = await readCrowdedDimensions(client, params, mostValues)
    await finishRuns(client, 'traffic', { batch, params, leftOut: crowded })
    for (const [runId, dimensions] of crowded) await leaveOut(client, runId, dimensions)
  }
}

// The events of the visits that paid, two in a hundred, take the memory of a tenth of a day's events at most.
const weightOfRevenue = 20_000

/** Computes whole days of money. */
export async function computeRevenue(
  client: ClickHouseClient,
  days: readonly ChangedDay[],
  { nextRunId, room }: Pick<Computing, 'nextRunId' | 'room'>,
): Promise<void> {
  for (const batch of packDays(days, room, () => weightOfRevenue)) {
    const params = paramsOf(batch, nextRunId)
    await writeRevenueOfDays(client, params)
    await finishRuns(client, 'revenue', { batch, params, leftOut: new Map() })
  }
}

function paramsOf({ days }: RollupBatch, nextRunId: NextRunId): RunParams {
  return {
    site_ids: days.map(({ site_id }) => site_id),
    days: days.map(({ day }) => dayText(day)),
    keys: days.map(({ site_id, day }) => (BigInt(site_id) << 16n) + BigInt(day)),
    run_ids: days.map(() => nextRunId()),
  }
}

type Finished = { batch: RollupBatch; params: RunParams; leftOut: ReadonlyMap<bigint, string[]> }

async function finishRuns(client: ClickHouseClient, kind: RollupKind, finished: Finished): Promise<void> {
  const { batch, params, leftOut } = finished
  const values = batch.days.map(({ site_id, day, source }, index) => {
    const runId = params.run_ids[index] ?? 0n
    return {
      kind,
      site_id,
      day: dayText(day),
      run_id: String(runId),
      source: String(source),
      left_out: leftOut.get(runId) ?? [],
    }
  })
  await client.insert({ table: 'rollup_runs', values, format: 'JSONEachRow' })
}
