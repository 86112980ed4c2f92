import type { ClickHouseClient } from '@clickhouse/client'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import type { KeptDays } from './expired-sites.ts'

const sql = sqlBeside(import.meta.url)

/** The tables that have rows of single visits. Events go last: while they are there, the job knows that it has work. */
const visitTables = ['sessions', 'payment_claims', 'exposures', 'events'] as const

/** Removes the rows of visits from before the first days that sites keep; resolves when they are gone. */
export async function deleteExpired(client: ClickHouseClient, kept: KeptDays): Promise<void> {
  for (const table of visitTables) await client.command({ query: sql(), query_params: { table, ...kept } })
}
