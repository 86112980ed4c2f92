import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows } from '../../schema/clickhouse/read-rows.ts'

/** A batch, and the times of its first and last row (ms since 1970). */
export type BatchRange = { batchId: bigint; from: number; to: number }

/** Asks which rows of a batch a table holds, by their UUIDs in lower case. */
export type StoredIds = (client: ClickHouseClient, range: BatchRange) => Promise<Set<string>>

const idRow = z.object({ id: z.string() })

export async function readIds(
  client: ClickHouseClient,
  query: BatchRange & { sql: string },
): Promise<Set<string>> {
  const { sql, batchId, from, to } = query
  const rows = await readRows(client, { sql, params: rangeParams({ batchId, from, to }), row: idRow })
  return new Set(rows.map((row) => row.id))
}

/** The range as query parameters. */
export function rangeParams({ batchId, from, to }: BatchRange): Record<string, string> {
  return { batch_id: String(batchId), from: String(from), to: String(to) }
}
