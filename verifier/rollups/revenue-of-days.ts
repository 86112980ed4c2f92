import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import type { RunParams } from './compute-days.ts'

const sql = sqlBeside(import.meta.url)

/** Writes the money of days, by every dimension and in total. */
export async function writeRevenueOfDays(client: ClickHouseClient, params: RunParams): Promise<void> {
  await client.command({ query: sql(), query_params: params })
}
