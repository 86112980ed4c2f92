import { readFileSync } from 'node:fs'
import type { ClickHouseClient } from '@clickhouse/client'
import type { z } from 'zod'

/**
 * The text of the `.sql` file that stands beside a module under the same base name, read at the first call.
 *
 * @param moduleUrl `import.meta.url` of the module
 */
export function sqlBeside(moduleUrl: string): () => string {
  let text: string | undefined
  return () => {
    text ??= readFileSync(new URL(moduleUrl.replace(/\.ts$/, '.sql')), 'utf8')
    return text
  }
}

/** A query with its bound parameters and the schema of its rows. */
export type Query<Row> = {
  sql: string
  params?: Record<string, unknown>
  row: z.ZodType<Row>
}

/**
 * Runs a query and parses every row.
 *
 * @throws ClickHouseError as the engine said it; ZodError when a row is not of the shape
 */
export async function readRows<Row>(client: ClickHouseClient, query: Query<Row>): Promise<Row[]> {
  const answer = await client.query({
    query: query.sql,
    query_params: query.params ?? {},
    format: 'JSONEachRow',
  })
  const rows = await answer.json<unknown>()
  return rows.map((row) => query.row.parse(row))
}
