import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date, uint64 } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dayNumber } from '../../../schema/site/local-day.ts'

const sql = sqlBeside(import.meta.url)

const row = z.object({
  kind: z.enum(['traffic', 'money', 'look']),
  day: date.transform(dayNumber),
  run_id: uint64,
  left_out: z.array(z.string()),
  current: z.boolean(),
})
type Row = z.infer<typeof row>

/** The days of a site that are rolled up, as numbers of days since 1970. */
export type RolledDays = {
  /** By day: the run whose rows count, and the dimensions that it lacks. */
  traffic: ReadonlyMap<number, { runId: bigint; leftOut: readonly string[] }>
  /** Days with events that no run has counted, or not all of them. */
  changedTraffic: ReadonlySet<number>
  /** By day: the run whose rows count. A day without one had no money when the verifier looked. */
  money: ReadonlyMap<number, bigint>
  changedMoney: ReadonlySet<number>
  /** When the verifier last had computed every day that was over (ms), or null when it never had. */
  asOf: number | null
}

/** Reads which days of a site its rollups can answer for. */
export async function readRolledDays(client: ClickHouseClient, siteId: number): Promise<RolledDays> {
  const rows = await readRows(client, { sql: sql(), params: { site_id: siteId }, row })
  const of = (kind: Row['kind'], current: boolean) =>
    rows.filter((each) => each.kind === kind && each.current === current)
  const [look] = of('look', true)
  return {
    traffic: new Map(
      of('traffic', true).map(({ day, run_id, left_out }) => [day, { runId: run_id, leftOut: left_out }]),
    ),
    changedTraffic: new Set(of('traffic', false).map(({ day }) => day)),
    money: new Map(of('money', true).map(({ day, run_id }) => [day, run_id])),
    changedMoney: new Set(of('money', false).map(({ day }) => day)),
    asOf: look ? Number(look.run_id) : null,
  }
}
