import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, instantCell, integer, uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { toMoney } from '../../schema/payment/money.ts'
import type { Account } from '../payments/account.ts'
import { nextVersion } from '../payments/row-version.ts'

const sql = sqlBeside(import.meta.url)
const sumsCell = z.object({
  currency: z.string(),
  stripe_gross: integer,
  gross: integer,
  unassigned_gross: integer,
  stripe_refunded: integer,
  refunded: integer,
  stripe_lost: integer,
  lost: integer,
})

const row = z.object({
  site_id: z.number().int(),
  swept_until: instant,
  last_run_at: instant,
  last_result: z.enum(['equal', 'different', 'failed']),
  detail: z.string(),
  window_from: instant,
  window_until: instant,
  sums: z.array(sumsCell),
  version: uint64,
})

/** Stripe's sums and ours, in minor units of a currency. */
export type Sums = z.infer<typeof sumsCell>

/** What a sweep showed. Times are ms since 1970. */
export type ReconciliationState = {
  swept_until: number
  last_run_at: number
  last_result: 'equal' | 'different' | 'failed'
  detail: string
  window_from: number
  window_until: number
  sums: Sums[]
}

/** Writes what a sweep showed, for each site of the account. */
export async function writeReconciliation(
  client: ClickHouseClient,
  account: Account,
  state: ReconciliationState,
): Promise<void> {
  const stored = await readStored(client, account)
  const versions = new Map(stored.map((each) => [each.site_id, each.version]))
  const rows = account.sites.map(({ site_id }) => ({
    site_id,
    ...state,
    version: nextVersion(versions.get(site_id) ?? 0n, state.last_run_at),
  }))
  await insert(client, account, rows)
}

/** Says that an account is reconciled until a time (ms): what happened since its last sweep was taken in. */
export async function moveReconciledUntil(
  client: ClickHouseClient,
  account: Account,
  until: number,
): Promise<void> {
  const stored = await readStored(client, account)
  const [known] = stored
  // A site that joined the account since then is as reconciled as the others.
  const joined = account.sites.filter((site) => !stored.some((each) => each.site_id === site.site_id))
  const all = known ? [...stored, ...joined.map(({ site_id }) => ({ ...known, site_id }))] : []
  const rows = all
    .filter((each) => each.last_result !== 'failed')
    .map((each) => ({ ...each, swept_until: until, version: nextVersion(each.version, until) }))
  await insert(client, account, rows)
}

async function readStored(client: ClickHouseClient, { sites, livemode }: Account) {
  const params = { site_ids: sites.map((site) => site.site_id), livemode }
  return await readRows(client, { sql: sql(), params, row })
}

async function insert(
  client: ClickHouseClient,
  { account_id, livemode }: Account,
  rows: readonly z.infer<typeof row>[],
): Promise<void> {
  if (rows.length === 0) return
  const values = rows.map((each) => ({
    ...each,
    account_id,
    livemode,
    swept_until: instantCell(each.swept_until),
    last_run_at: instantCell(each.last_run_at),
    window_from: instantCell(each.window_from),
    window_until: instantCell(each.window_until),
    version: String(each.version),
  }))
  await client.insert({ table: 'reconciliation', values, format: 'JSONEachRow' })
}

/** Where Stripe's sums and ours differ, in the owner's words; '' when they are equal to the cent. */
export function differencesOf(sums: readonly Sums[]): string {
  const differences = sums.flatMap((sum) => [
    difference(sum.currency, sum.stripe_gross - sum.gross - sum.unassigned_gross, 'payments'),
    difference(sum.currency, sum.stripe_refunded - sum.refunded, 'refunds'),
    difference(sum.currency, sum.stripe_lost - sum.lost, 'lost disputes'),
  ])
  return differences.filter((text) => text !== '').join(' ')
}

function difference(currency: string, amount: number, what: string): string {
  if (amount === 0) return ''
  const { value } = toMoney(Math.abs(amount), currency)
  return `Stripe has ${value} ${currency.toUpperCase()} ${amount > 0 ? 'more' : 'less'} in ${what}.`
}
