import type { ClickHouseClient } from '@clickhouse/client'
import PQueue from 'p-queue'
import type { DisputeRow, RefundRow } from '../../schema/payment/deduction-rows.ts'
import type { PaymentRow } from '../../schema/payment/payment-row.ts'
import type { Account } from './account.ts'
import { assignSite } from './assign-site.ts'
import { stronger } from './attribute.ts'
import { writeDisputes, writeRefunds } from './deductions.ts'
import { attributionOf, type Placed, readAttributions, readEvidence, type TableEvidence } from './evidence.ts'
import { type FoundPayment, rowOfPayment } from './found-payment.ts'
import { writePayments } from './payments.ts'
import { readPaymentsByReference } from './payments-by-reference.ts'
import { sameFacts } from './same-facts.ts'
import { changedDisputes, changedRefunds } from './stored-deductions.ts'
import { type Listing, writeUnassigned } from './unassigned-payments.ts'

/** What became of a payment that was found. `fresh` when it was not counted before. */
export type Booking =
  | { kind: 'counted'; row: PaymentRow; fresh: boolean }
  | { kind: 'unassigned'; reason: string }

/** Where Payment Links send their buyers, by id of the link, as far as known. */
export type LinkHostLookup = Pick<ReadonlyMap<string, string>, 'get'>

export type BookOptions = {
  client: ClickHouseClient
  now: () => number
}

/**
 * The one writer of payments, refunds and disputes. Whatever path finds a payment (a claim, a sweep, an event, a
 * webhook), in any order and any number of times, the row is the same: what the newest answer of Stripe says, with the
 * strongest credit there is. One write at a time, so that nothing changes between reading the tables and writing them.
 */
export class PaymentBook {
  #client: ClickHouseClient
  #now: () => number
  #turn = new PQueue({ concurrency: 1 })

  constructor({ client, now }: BookOptions) {
    this.#client = client
    this.#now = now
  }

  /**
   * Counts payments of an account, each on the site that it belongs to.
   *
   * @returns what became of each, by id of the payment
   */
  async take(
    account: Account,
    founds: readonly FoundPayment[],
    linkHosts: LinkHostLookup = new Map(),
  ): Promise<Map<string, Booking>> {
    if (founds.length === 0) return new Map()
    return await this.#turn.add(() => this.#take(account, founds, linkHosts))
  }

  /** Writes payments of other providers, the latest version of each. */
  async takeExternal(rows: readonly PaymentRow[]): Promise<void> {
    await this.#turn.add(() => writePayments(this.#client, rows))
  }

  /** Writes refunds, the latest version of each. */
  async takeRefunds(rows: readonly RefundRow[]): Promise<void> {
    await this.#turn.add(
      async () => await writeRefunds(this.#client, await changedRefunds(this.#client, rows)),
    )
  }

  /** Writes disputes, the latest version of each. */
  async takeDisputes(rows: readonly DisputeRow[]): Promise<void> {
    await this.#turn.add(
      async () => await writeDisputes(this.#client, await changedDisputes(this.#client, rows)),
    )
  }

  /** Adds what the money of these charges became, where that was not known, by payment intent. */
  async settle(account: Account, settlements: ReadonlyMap<string, Settlement>): Promise<number> {
    if (settlements.size === 0) return 0
    return await this.#turn.add(() => this.#settle(account, settlements))
  }

  async #take(
    account: Account,
    founds: readonly FoundPayment[],
    linkHosts: LinkHostLookup,
  ): Promise<Map<string, Booking>> {
    const evidence = await readEvidence(this.#client, account, founds)
    const bookings = new Map<string, Booking>()
    const placed: Placed[] = []
    const listings: Listing[] = []
    for (const found of founds) {
      const assignment = assignSite(found, account, tiesOf(found, evidence, linkHosts))
      const listed = evidence.unassigned.get(found.payment_id)
      const version = maxOf(found.as_of, (listed?.version ?? 0n) + 1n)
      if ('site' in assignment) {
        placed.push({ found, site: assignment.site })
        if (listed) listings.push({ found, reason: '', site_id: assignment.site.site_id, version })
      } else {
        const { reason } = assignment
        bookings.set(found.payment_id, { kind: 'unassigned', reason })
        if (!listed && found.amount > 0) listings.push({ found, reason, site_id: 0, version })
      }
    }
    const rows = await this.#rowsOf(account, placed, evidence)
    await writePayments(
      this.#client,
      rows.filter(({ changed }) => changed).map(({ row }) => row),
    )
    await writeUnassigned(this.#client, account, { listings, now: this.#now() })
    await this.#bequeath(rows.map(({ row }) => row))
    for (const { row } of rows) {
      const fresh = !evidence.stored.has(row.payment_id)
      bookings.set(row.payment_id, { kind: 'counted', row, fresh })
    }
    return bookings
  }

  async #rowsOf(account: Account, placed: readonly Placed[], evidence: TableEvidence) {
    const credits = await readAttributions(this.#client, placed, evidence)
    const verifiedAt = this.#now()
    return placed.flatMap(({ found, site }) => {
      const attribution = credits.get(found.payment_id)
      if (!attribution) return []
      const { account_id: accountId } = account
      const row = rowOfPayment(found, { site, accountId, attribution, verifiedAt, version: found.as_of })
      const stored = evidence.stored.get(found.payment_id)
      if (!stored) return [{ row, changed: true }]
      const merged = merge(stored, row)
      return [{ row: merged, changed: !sameFacts(stored, merged) }]
    })
  }

  // Renewals that came before their first payment, or before its claim, get its credit now.
  async #bequeath(rows: readonly PaymentRow[]): Promise<void> {
    const firsts = new Map(
      rows
        .filter((row) => row.kind === 'first' && row.confidence !== 'unattributed' && row.subscription_id)
        .map((row) => [`${row.site_id}/${row.subscription_id}`, row]),
    )
    if (firsts.size === 0) return
    const heirs = await readPaymentsByReference(this.#client, {
      site_ids: [...new Set(rows.map((row) => row.site_id))],
      subscription_ids: [...firsts.values()].map((row) => row.subscription_id),
    })
    const upgraded = heirs.flatMap((heir) => {
      const first = firsts.get(`${heir.site_id}/${heir.subscription_id}`)
      if (!first || heir.kind !== 'renewal' || heir.confidence !== 'unattributed') return []
      return [{ ...heir, ...attributionOf(first), version: heir.version + 1n }]
    })
    await writePayments(this.#client, upgraded)
  }

  async #settle(account: Account, settlements: ReadonlyMap<string, Settlement>): Promise<number> {
    const rows = await readPaymentsByReference(this.#client, {
      site_ids: account.sites.map((site) => site.site_id),
      payment_intent_ids: [...settlements.keys()],
    })
    const settled = rows.flatMap((row) => {
      const settlement = settlements.get(row.payment_intent_id)
      if (!settlement || row.settled_amount !== null) return []
      const { amount, currency, fee } = settlement
      const money = { settled_amount: amount, settled_currency: currency.toLowerCase(), fee }
      return [{ ...row, ...money, verified_at: this.#now(), version: row.version + 1n }]
    })
    await writePayments(this.#client, settled)
    return settled.length
  }
}

/** What reached the balance for a charge: minor units, before the fee. */
export type Settlement = { amount: number; currency: string; fee: number }

function tiesOf(
  found: FoundPayment,
  { stored, claims, subscriptions }: TableEvidence,
  linkHosts: LinkHostLookup,
) {
  return {
    counted: stored.get(found.payment_id)?.site_id ?? null,
    subscription: subscriptions.get(found.subscription_id)?.site_id ?? null,
    claimed: claims.get(found.payment_id)?.[0]?.site_id ?? null,
    linkHost: linkHosts.get(found.payment_link_id) ?? '',
  }
}

/**
 * The row that replaces a stored one: what the newer answer of Stripe says, but nothing that is known is forgotten, and
 * the credit never gets weaker.
 */
function merge(stored: PaymentRow, found: PaymentRow): PaymentRow {
  const newer = found.version > stored.version
  const [base, other] = newer ? [found, stored] : [stored, found]
  const settled = base.settled_amount === null ? other : base
  return {
    ...base,
    site_id: stored.site_id,
    account_id: base.account_id || other.account_id,
    settled_amount: settled.settled_amount,
    settled_currency: settled.settled_currency,
    fee: settled.fee,
    // The charge is seen later than the session, and with more permissions: its time is the right one.
    charged_at: Math.max(stored.charged_at, found.charged_at),
    day: stored.charged_at > found.charged_at ? stored.day : found.day,
    payment_intent_id: base.payment_intent_id || other.payment_intent_id,
    subscription_id: base.subscription_id || other.subscription_id,
    invoice_id: base.invoice_id || other.invoice_id,
    ...stronger(attributionOf(stored), attributionOf(found)),
    version: newer ? found.version : stored.version + 1n,
  }
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
