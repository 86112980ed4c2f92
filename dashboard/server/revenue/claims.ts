import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, instantCell, integer } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { toMoney } from '../../../schema/payment/money.ts'
import type { Claim } from '../../contract/revenue.ts'
import { type ShownState, shownState } from './claim-counts.ts'

const sql = sqlBeside(import.meta.url)
const pageSize = 100

const claimRow = z.object({
  stripe_session_id: z.string(),
  state: shownState,
  reason: z.string(),
  first_claimed_at: instant,
  next_attempt_at: instant.nullable(),
  attempts: z.number(),
  source: z.string(),
  entry_page: z.string(),
  payment_id: z.string(),
  amount: integer,
  currency: z.string(),
})
type ClaimRow = z.infer<typeof claimRow>

/** Where a page of claims begins: after the claim of this time (ms) and id. */
export type ClaimCursor = { at: number; id: string }

// After every claim: DateTime64(3) ends in 2299.
const start: ClaimCursor = { at: Date.UTC(2299, 0, 1), id: '' }

/** Reads a cursor of an earlier page; null when it is none. */
export function readCursor(text: string): ClaimCursor | null {
  const match = /^(\d{1,15})_(cs_[A-Za-z0-9_]{1,255})$/.exec(Buffer.from(text, 'base64url').toString())
  const at = Number(match?.[1])
  return match?.[2] !== undefined && at < start.at ? { at, id: match[2] } : null
}

function writeCursor(row: ClaimRow): string {
  return Buffer.from(`${row.first_claimed_at}_${row.stripe_session_id}`).toString('base64url')
}

type Wanted = { siteId: number; state: ShownState | null; cursor: ClaimCursor | null; connected: boolean }

/** A page of claims, newest first, one a Checkout Session, with the amounts of those that were paid. */
export async function readClaims(client: ClickHouseClient, wanted: Wanted) {
  const { at, id } = wanted.cursor ?? start
  const params = {
    site_id: wanted.siteId,
    state: wanted.state ?? '',
    before_at: instantCell(at),
    before_id: id,
    limit: pageSize + 1,
  }
  const rows = await readRows(client, { sql: sql(), params, row: claimRow })
  const page = rows.slice(0, pageSize)
  const last = page.at(-1)
  return {
    claims: page.map((row) => toClaim(row, wanted.connected)),
    next_cursor: rows.length > pageSize && last ? writeCursor(last) : null,
  }
}

function toClaim(row: ClaimRow, connected: boolean): Claim {
  const { payment_id, amount, currency, first_claimed_at, next_attempt_at, ...rest } = row
  const paid = row.state === 'paid' && payment_id !== ''
  return {
    ...rest,
    reason: row.state === 'new' ? newReason(connected) : row.reason,
    first_claimed_at: new Date(first_claimed_at).toISOString(),
    next_attempt_at: next_attempt_at === null ? null : new Date(next_attempt_at).toISOString(),
    amount: paid ? toMoney(amount, currency) : null,
  }
}

function newReason(connected: boolean): string {
  return connected
    ? 'It arrived and waits for its turn to be looked up at Stripe.'
    : 'It arrived, but no Stripe key is saved to look it up with. It is kept and looked up once there is one.'
}
