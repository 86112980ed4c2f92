import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, integer } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { claimState } from '../../../schema/payment/claim-state.ts'

const sql = sqlBeside(import.meta.url)

/** The state of a claim as the owner sees it: `new` until the verifier has looked at it. */
export const shownState = z.enum([...claimState.options, 'new'])
export type ShownState = z.infer<typeof shownState>

/** Which states are done, still to come, or in need of the owner. */
export const stateGroups = {
  paid: 'paid',
  new: 'waiting',
  pending: 'waiting',
  retrying: 'waiting',
  unpaid: 'waiting',
  expired: 'refused',
  not_found: 'refused',
  wrong_mode: 'refused',
  rejected: 'refused',
  key_rejected: 'refused',
} as const satisfies Record<ShownState, 'paid' | 'waiting' | 'refused'>

const row = z.object({ state: shownState, count: integer, last_claimed_at: instant })
export type ClaimCount = z.infer<typeof row>

/** How many claimed Checkout Sessions of a site are in each state, and when one of them was claimed last. */
export async function readClaimCounts(client: ClickHouseClient, siteId: number): Promise<ClaimCount[]> {
  return await readRows(client, { sql: sql(), params: { site_id: siteId }, row })
}
