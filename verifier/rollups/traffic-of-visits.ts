import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import type { SliceParams } from './compute-days.ts'

const sql = sqlBeside(import.meta.url)

/** Writes the traffic of a slice by the dimensions of visits, and in total. */
export async function writeTrafficOfVisits(client: ClickHouseClient, params: SliceParams): Promise<void> {
  await client.command({ query: sql(), query_params: params })
}
