import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)

/** Destroys the salt of a day such as `2026-11-24`: the partition is dropped, not only marked. */
export async function destroySalt(client: ClickHouseClient, day: string): Promise<void> {
  await client.command({ query: sql(), query_params: { day } })
}
