import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instantCell, uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import type { Account } from './account.ts'
import type { FoundPayment } from './found-payment.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ payment_id: z.string(), payment_intent_id: z.string(), version: uint64 })

/** A payment of an account of which no site is known. */
export type Unassigned = z.infer<typeof row>

/** The account's unassigned payments, the newest first: those with the ids given, or all. */
export async function readUnassigned(
  client: ClickHouseClient,
  { account_id, livemode }: Pick<Account, 'account_id' | 'livemode'>,
  { payment_ids, limit = 10_000 }: { payment_ids?: readonly string[]; limit?: number },
): Promise<Unassigned[]> {
  if (payment_ids?.length === 0) return []
  const all = payment_ids === undefined
  const params = { account_id, livemode, all, payment_ids: payment_ids ?? [], limit }
  return await readRows(client, { sql: sql(), params, row })
}

/** What is written of one; `site_id` is 0 while it is unassigned. */
export type Listing = { found: FoundPayment; reason: string; site_id: number; version: bigint }

/** Writes payments that are unassigned, or no more. */
export async function writeUnassigned(
  client: ClickHouseClient,
  account: Account,
  { listings, now }: { listings: readonly Listing[]; now: number },
): Promise<void> {
  if (listings.length === 0) return
  const values = listings.map(({ found, reason, site_id, version }) => ({
    account_id: account.account_id,
    livemode: account.livemode,
    payment_id: found.payment_id,
    site_ids: account.sites.map((site) => site.site_id),
    charged_at: instantCell(found.charged_at),
    amount: found.amount,
    currency: found.currency,
    payment_intent_id: found.payment_intent_id,
    payment_link_id: found.payment_link_id,
    reason,
    assigned_site_id: site_id,
    verified_at: instantCell(now),
    version: String(version),
  }))
  await client.insert({ table: 'unassigned_payments', values, format: 'JSONEachRow' })
}
