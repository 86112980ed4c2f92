import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instantCell } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import type { NoticeOutcome } from './handle-notices.ts'
import type { Notice } from './notices.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ event_id: z.string() })

/** Those of these events that were handled already, by a poll or a webhook. */
export async function readHandledEvents(
  client: ClickHouseClient,
  event_ids: readonly string[],
): Promise<Set<string>> {
  if (event_ids.length === 0) return new Set()
  const rows = await readRows(client, { sql: sql(), params: { event_ids }, row })
  return new Set(rows.map((each) => each.event_id))
}

export type HandledContext = { account: string; via: 'poll' | 'webhook'; now: number }

/** Remembers that these events were handled. */
export async function writeHandledEvents(
  client: ClickHouseClient,
  { notices, outcomes }: { notices: readonly Notice[]; outcomes: ReadonlyMap<string, NoticeOutcome> },
  { account, via, now }: HandledContext,
): Promise<void> {
  const values = notices.flatMap(({ event_id, type, object_id }) => {
    const outcome = outcomes.get(event_id)
    return outcome ? [{ event_id, account, type, object_id, via, outcome, handled_at: instantCell(now) }] : []
  })
  if (values.length > 0) await client.insert({ table: 'stripe_events', values, format: 'JSONEachRow' })
}
