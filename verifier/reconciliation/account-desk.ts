import type { PaymentRow } from '../../schema/payment/payment-row.ts'
import { type SessionNews, takeSessions } from '../claims/session-news.ts'
import type { Equipment } from '../equipment.ts'
import { rowOfDispute, rowOfRefund } from '../payments/deductions.ts'
import { type FoundPayment, foundSession, isPaid } from '../payments/found-payment.ts'
import type { Settlement } from '../payments/payment-book.ts'
import { readPaymentsByReference } from '../payments/payments-by-reference.ts'
import { readStoredPayments } from '../payments/stored-payments.ts'
import { readUnassigned } from '../payments/unassigned-payments.ts'
import { AccountReader } from '../stripe/account-reader.ts'
import { type ConnectedAccount, usableConnection } from '../stripe/connected-accounts.ts'
import type { Lane } from '../stripe/open-connection.ts'
import { askDisputesOf, askRefundsOf } from '../stripe/questions.ts'
import type { Dispute, Refund } from '../stripe/stripe-objects.ts'
import {
  completeSession,
  type Resolved,
  type ResolveOptions,
  resolveIntent,
  visitOfCustomer,
} from './resolve-payments.ts'

/** Takes in what lists and events bring about one account. Whatever comes twice, or in another order, ends the same. */
export class AccountDesk {
  readonly account: ConnectedAccount
  readonly reader: AccountReader
  readonly options: ResolveOptions
  #equipment: Equipment

  private constructor(equipment: Equipment, account: ConnectedAccount, reader: AccountReader) {
    this.#equipment = equipment
    this.account = account
    this.reader = reader
    this.options = {
      customers: account.connections.some(({ connection }) => connection.method !== 'payment_links'),
    }
  }

  /** A desk for an account, or null when none of its keys can be used. */
  static open(equipment: Equipment, account: ConnectedAccount, lane: Lane): AccountDesk | null {
    const open = usableConnection(account)
    if (!open || account.sites.length === 0) return null
    return new AccountDesk(equipment, account, new AccountReader(open, lane, equipment.paging))
  }

  /** Counts what is paid among these sessions and decides their claims. */
  async takeSessions(news: readonly SessionNews[]): Promise<void> {
    await takeSessions(this.account, await this.#markedByCustomers(news), this.#equipment)
  }

  /**
   * As `takeSessions`, for single ones: the first invoice of a subscription is looked up too, and what was taken from
   * the payment before it was known.
   */
  async takeSession(news: SessionNews): Promise<void> {
    const complete = await completeSession(this.reader, news, this.options)
    const bookings = await takeSessions(this.account, [complete], this.#equipment)
    const booking = bookings.get(news.session.id)
    const reduced = foundSession(complete.session, complete.as_of, complete)?.reduced
    if (reduced && booking?.kind === 'counted' && booking.fresh)
      await this.#takeEarlierDeductions(booking.row)
  }

  /** Counts payments that no Checkout Session began. */
  async takePayments(founds: readonly FoundPayment[]): Promise<void> {
    await this.#equipment.book.take(this.account, founds, this.#equipment.linkHosts)
  }

  /** Counts what a payment intent or an invoice turned out to belong to. */
  async takeResolved(resolved: Resolved): Promise<void> {
    if (resolved.kind === 'session') await this.takeSession(resolved.news)
    if (resolved.kind !== 'payment') return
    const { found } = resolved
    const bookings = await this.#equipment.book.take(this.account, [found], this.#equipment.linkHosts)
    const booking = bookings.get(found.payment_id)
    if (found.reduced && booking?.kind === 'counted' && booking.fresh)
      await this.#takeEarlierDeductions(booking.row)
  }

  /** Takes in refunds as of a version. A payment that is not known yet is looked up first. */
  async takeRefunds(refunds: readonly Refund[], as_of: bigint): Promise<void> {
    const { book, now } = this.#equipment
    const payments = await this.#paymentsBehind(refunds)
    const rows = refunds.flatMap((refund) => {
      const behind = payments.get(refund.payment_intent)
      return behind ? [rowOfRefund(refund, { ...behind, verifiedAt: now(), version: as_of })] : []
    })
    await book.takeRefunds(rows)
  }

  /** Takes in disputes as of a version; as `takeRefunds`. */
  async takeDisputes(disputes: readonly Dispute[], as_of: bigint): Promise<void> {
    const { book, now } = this.#equipment
    const payments = await this.#paymentsBehind(disputes)
    const rows = disputes.flatMap((dispute) => {
      const behind = payments.get(dispute.payment_intent)
      return behind ? [rowOfDispute(dispute, { ...behind, verifiedAt: now(), version: as_of })] : []
    })
    await book.takeDisputes(rows)
  }

  /** Adds what reached the balance, by payment intent, where that was not known. */
  async settle(settlements: ReadonlyMap<string, Settlement>): Promise<void> {
    await this.#equipment.book.settle(this.account, settlements)
  }

  /** Payments that are counted, by the payment intent that paid them. */
  async countedBy(payment_intent_ids: readonly string[]): Promise<Map<string, PaymentRow>> {
    const rows = await readPaymentsByReference(this.#equipment.client, {
      site_ids: this.siteIds,
      payment_intent_ids,
    })
    return new Map(rows.map((row) => [row.payment_intent_id, row]))
  }

  /** The payment intents of payments that no site is known of. */
  async unassignedIntents(): Promise<Set<string>> {
    const unassigned = await readUnassigned(this.#equipment.client, this.account, {})
    return new Set(unassigned.map((payment) => payment.payment_intent_id))
  }

  get siteIds(): number[] {
    return this.account.sites.map((site) => site.site_id)
  }

  // Where owners mark customers, those of sessions that say nothing themselves are asked for, once each.
  async #markedByCustomers(news: readonly SessionNews[]): Promise<readonly SessionNews[]> {
    if (!this.options.customers) return news
    const stored = await readStoredPayments(this.#equipment.client, {
      site_ids: this.siteIds,
      payment_ids: news.map(({ session }) => session.id),
    })
    const known = new Set(stored.map((row) => row.payment_id))
    const marked: SessionNews[] = []
    for (const each of news) {
      const { session, as_of } = each
      const silent = isPaid(session) && foundSession(session, as_of)?.references.length === 0
      const ask = silent && !known.has(session.id)
      const mark = ask ? await visitOfCustomer(this.reader, session.customer, this.options) : ''
      marked.push(mark === '' ? each : { ...each, marks: [mark] })
    }
    return marked
  }

  async #paymentsBehind(deductions: readonly { payment_intent: string }[]) {
    const intents = [...new Set(deductions.map((each) => each.payment_intent))].filter((id) => id !== '')
    const counted = await this.countedBy(intents)
    const missing = intents.filter((id) => !counted.has(id))
    if (missing.length > 0) {
      const unassigned = await this.unassignedIntents()
      for (const id of missing)
        if (!unassigned.has(id)) await this.takeResolved(await resolveIntent(this.reader, id, this.options))
      for (const [id, row] of await this.countedBy(missing)) counted.set(id, row)
    }
    const sites = new Map(this.account.sites.map((site) => [site.site_id, site]))
    return new Map(
      [...counted].flatMap(([id, payment]) => {
        const site = sites.get(payment.site_id)
        return site ? [[id, { payment, site }] as const] : []
      }),
    )
  }

  // Events about a payment may have come before it could be counted, and were of no use then.
  async #takeEarlierDeductions({ payment_intent_id, amount }: PaymentRow): Promise<void> {
    if (payment_intent_id === '' || amount === 0) return
    const refunds = await this.reader.page('refunds', askRefundsOf({ payment_intent: payment_intent_id }))
    if (refunds) await this.takeRefunds(refunds.value, refunds.as_of)
    const disputes = await this.reader.page('disputes', askDisputesOf(payment_intent_id))
    if (disputes) await this.takeDisputes(disputes.value, disputes.as_of)
  }
}
