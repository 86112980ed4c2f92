import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { dayText } from '../../schema/site/local-day.ts'

const sql = sqlBeside(import.meta.url)

/** Writes the payments of a day's visits, of every site. */
export async function generatePayments(client: ClickHouseClient, day: number, seed: number): Promise<void> {
  await client.command({ query: sql(), query_params: { seed, day: dayText(day) } })
}
