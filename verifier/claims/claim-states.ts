import type { ClickHouseClient } from '@clickhouse/client'
import { instantCell } from '../../schema/clickhouse/cell.ts'
import type { ClaimState } from '../../schema/payment/claim-state.ts'

/** A row of `claim_states`. Instants are ms since 1970. */
export type ClaimStateRow = {
  site_id: number
  stripe_session_id: string
  state: ClaimState
  reason: string
  attempts: number
  first_claimed_at: number
  next_attempt_at: number | null
  payment_id: string
  verified_at: number
  version: bigint
}

/** Writes what became of claims; the latest version of each wins. */
export async function writeClaimStates(
  client: ClickHouseClient,
  rows: readonly ClaimStateRow[],
): Promise<void> {
  if (rows.length === 0) return
  const values = rows.map((row) => ({
    ...row,
    first_claimed_at: instantCell(row.first_claimed_at),
    next_attempt_at: row.next_attempt_at === null ? null : instantCell(row.next_attempt_at),
    verified_at: instantCell(row.verified_at),
    version: String(row.version),
  }))
  await client.insert({ table: 'claim_states', values, format: 'JSONEachRow' })
}
