import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** Removes the rows of dimensions that a run leaves out. Their run says so, so nobody reads them meanwhile. */
export async function leaveOut(
  client: ClickHouseClient,
  runId: bigint,
  dimensions: readonly string[],
): Promise<void> {
  await client.command({ query: sql(), query_params: { run_id: runId, dimensions } })
}
