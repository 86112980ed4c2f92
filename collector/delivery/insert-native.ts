import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { insertSettings } from '../../schema/clickhouse/client.ts'

/** One insert: rows that ClickHouse takes whole or not at all, under a token that names them. */
export type NativeInsert = { table: string; columns: string[]; body: Buffer; token: string }

/**
 * Sends a block. Resolves when ClickHouse said that the rows, and those of its materialized views, are stored.
 *
 * @throws ClickHouseError as the engine said it, or an error of the connection: what arrived is unknown then
 */
export async function insertNative(
  client: ClickHouseClient,
  insert: NativeInsert,
  signal: AbortSignal,
): Promise<void> {
  const { table, columns, body, token } = insert
  const answer = await client.exec({
    query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT Native`,
    values: Readable.from([body], { objectMode: false }),
    clickhouse_settings: { ...insertSettings, insert_deduplication_token: token },
    abort_signal: signal,
  })
  answer.stream.resume()
  await finished(answer.stream)
}
