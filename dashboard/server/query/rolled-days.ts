import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date, instant, uint64 } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dayNumber } from '../../../schema/site/local-day.ts'

const sql = sqlBeside(import.meta.url)

const row = z.object({
  kind: z.enum(['traffic', 'money', 'look']),
  day: date.transform(dayNumber),
  run_id: uint64,
  detail: z.array(z.string()),
  current: z.boolean(),
})

/** The days of a site that were rolled up, as numbers of days since 1970. */
export type RolledDays = {
  /** By day: the run whose rows count, and the dimensions that it lacks. */
  traffic: ReadonlyMap<number, { runId: bigint; leftOut: readonly string[] }>
  /** Days with events that no run has counted, or not all of them. */
  changedTraffic: ReadonlySet<number>
  /** By day: the run whose rows count. */
  money: ReadonlyMap<number, bigint>
  /**
   * When the verifier last had computed the money of every day that was over: facts inserted before `looked_at` (ms, the
   * engine's clock) were seen; `as_of` (ms, the verifier's clock) says which days were over. Null when it never had.
   */
  look: { looked_at: number; as_of: number } | null
}

const lookDetail = z.tuple([instant, instant])

/** Reads which days of a site were rolled up, and whether their events have changed since. */
export async function readRolledDays(client: ClickHouseClient, siteId: number): Promise<RolledDays> {
  const rows = await readRows(client, { sql: sql(), params: { site_id: siteId }, row })
  const traffic = rows.filter(({ kind }) => kind === 'traffic')
  const look = rows.find(({ kind }) => kind === 'look')
  return {
    traffic: new Map(
      traffic
        .filter(({ current }) => current)
        .map(({ day, run_id, detail }) => [day, { runId: run_id, leftOut: detail }]),
    ),
    changedTraffic: new Set(traffic.filter(({ current }) => !current).map(({ day }) => day)),
    money: new Map(rows.filter(({ kind }) => kind === 'money').map(({ day, run_id }) => [day, run_id])),
    look: look ? lookOf(look.detail) : null,
  }
}

function lookOf(detail: readonly string[]): RolledDays['look'] {
  const [looked_at, as_of] = lookDetail.parse(detail)
  return { looked_at, as_of }
}
