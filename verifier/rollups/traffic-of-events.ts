import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import type { SliceParams } from './compute-days.ts'

const sql = sqlBeside(import.meta.url)

/** Writes the traffic of a slice by pages, hosts and names of events. */
export async function writeTrafficOfEvents(client: ClickHouseClient, params: SliceParams): Promise<void> {
  await client.command({ query: sql(), query_params: params })
}
