import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, instantCell, uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { nextVersion } from '../payments/row-version.ts'

const sql = sqlBeside(import.meta.url)

const row = z.object({
  account: z.string(),
  list: z.enum(['events', 'sweep']),
  covered_from: instant,
  covered_until: instant,
  read_at: instant,
  version: uint64,
})

/** How far one of an account's lists was read: everything made in a span (ms) is taken in. */
export type Cursor = z.infer<typeof row>

/** The cursors of an account that exist. */
export async function readCursors(
  client: ClickHouseClient,
  account: string,
): Promise<{ events: Cursor | null; sweep: Cursor | null }> {
  const rows = await readRows(client, { sql: sql(), params: { account }, row })
  const of = (list: Cursor['list']) => rows.find((cursor) => cursor.list === list) ?? null
  return { events: of('events'), sweep: of('sweep') }
}

/** Moves a cursor. `last` is the one that it replaces. */
export async function writeCursor(
  client: ClickHouseClient,
  cursor: Omit<Cursor, 'version'>,
  last: Cursor | null,
): Promise<void> {
  const values = [
    {
      ...cursor,
      covered_from: instantCell(cursor.covered_from),
      covered_until: instantCell(cursor.covered_until),
      read_at: instantCell(cursor.read_at),
      version: String(nextVersion(last?.version ?? 0n, cursor.read_at)),
    },
  ]
  await client.insert({ table: 'stripe_cursors', values, format: 'JSONEachRow' })
}
