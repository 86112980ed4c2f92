import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ run_id: uint64, dimensions: z.array(z.string()) })

type Runs = { site_ids: readonly number[]; days: readonly string[]; run_ids: readonly bigint[] }

/** The dimensions of runs that have more values on their day than a rollup keeps, by run. */
export async function readCrowdedDimensions(
  client: ClickHouseClient,
  runs: Runs,
  mostValues: number,
): Promise<Map<bigint, string[]>> {
  const params = { ...runs, most_values: mostValues }
  const rows = await readRows(client, { sql: sql(), params, row })
  return new Map(rows.map(({ run_id, dimensions }) => [run_id, dimensions]))
}
