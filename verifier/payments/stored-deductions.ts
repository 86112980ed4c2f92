import type { ClickHouseClient } from '@clickhouse/client'
import type { z } from 'zod'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import {
  type DisputeRow,
  disputeRow,
  type RefundRow,
  refundRow,
} from '../../schema/payment/deduction-rows.ts'
import { sameFacts } from './same-facts.ts'

const sql = sqlBeside(import.meta.url)

/** Those of these refunds that say something new. */
export async function changedRefunds(
  client: ClickHouseClient,
  rows: readonly RefundRow[],
): Promise<RefundRow[]> {
  const of = { table: 'refunds', id: 'refund_id', row: refundRow }
  return await changed(client, rows, { ...of, idOf: (row) => row.refund_id })
}

/** Those of these disputes that say something new. */
export async function changedDisputes(
  client: ClickHouseClient,
  rows: readonly DisputeRow[],
): Promise<DisputeRow[]> {
  const of = { table: 'disputes', id: 'dispute_id', row: disputeRow }
  return await changed(client, rows, { ...of, idOf: (row) => row.dispute_id })
}

type Kind<R> = { table: string; id: string; row: z.ZodType<R>; idOf: (row: R) => string }

async function changed<R extends { site_id: number; verified_at: number; version: bigint }>(
  client: ClickHouseClient,
  rows: readonly R[],
  { table, id, row, idOf }: Kind<R>,
): Promise<R[]> {
  if (rows.length === 0) return []
  const params = {
    table,
    id,
    site_ids: [...new Set(rows.map((each) => each.site_id))],
    ids: rows.map(idOf),
  }
  const stored = await readRows(client, { sql: sql(), params, row })
  const byId = new Map(stored.map((each) => [`${each.site_id}/${idOf(each)}`, each]))
  return rows.filter((each) => {
    const last = byId.get(`${each.site_id}/${idOf(each)}`)
    return !last || (each.version > last.version && !sameFacts(last, each))
  })
}
