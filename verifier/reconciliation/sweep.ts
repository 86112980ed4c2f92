import type { PaymentRow } from '../../schema/payment/payment-row.ts'
import type { Equipment } from '../equipment.ts'
import { type FoundPayment, foundAgain, foundInvoice } from '../payments/found-payment.ts'
import { readPaymentsByReference } from '../payments/payments-by-reference.ts'
import {
  askCharges,
  askDisputes,
  askInvoicePayments,
  askInvoices,
  askRefunds,
  askSessions,
} from '../stripe/questions.ts'
import type { Charge, Invoice, PaymentIntent } from '../stripe/stripe-objects.ts'
import type { AccountDesk } from './account-desk.ts'
import { readOurSums } from './our-sums.ts'
import type { Sums } from './reconciliation-state.ts'
import { customerOfInvoice, resolveIntent, resolveInvoice } from './resolve-payments.ts'
import { StripeSums } from './stripe-sums.ts'

const day = 86_400_000
/** A Checkout Session is completed within a day of its making, and its charge is made then. */
const longestCheckout = day + 3_600_000
/** A refund may still fail, or a dispute be decided, this long after it was made. */
const refundsReach = 35 * day
const disputesReach = 120 * day

/** What a sweep does: everything charged in a span (ms, inclusive). `progress` is told how many objects were read. */
export type SweepOptions = { from: number; until: number; progress: (rows: number) => void }

/** What a sweep showed: the sums of its span, or what the key lacks to compare them. */
export type SweepResult = { kind: 'compared'; sums: Sums[] } | { kind: 'unseen'; lists: string[] }

/**
 * Reads an account's lists and takes in everything on them, whether a buyer ever came back or not: Checkout Sessions
 * first, since they fold what is on the other lists, then invoices, then what an owner's server charged by itself,
 * then refunds and disputes. A hundred objects cost one request.
 *
 * @throws Unanswered when Stripe gives no usable answer; what was taken stays taken
 */
export async function sweep(
  desk: AccountDesk,
  equipment: Equipment,
  options: SweepOptions,
): Promise<SweepResult> {
  const run = new Sweep(desk, equipment, options)
  return await run.run()
}

class Sweep {
  #desk: AccountDesk
  #equipment: Equipment
  #options: SweepOptions
  #sums: StripeSums
  /** What succeeded in the span, by payment intent. */
  #charges = new Map<string, { charge: Charge; as_of: bigint }>()
  #rows = 0

  constructor(desk: AccountDesk, equipment: Equipment, options: SweepOptions) {
    this.#desk = desk
    this.#equipment = equipment
    this.#options = options
    // Stripe's times are whole seconds: the last one may not be over.
    const until = Math.floor(options.until / 1000) * 1000 - 1000
    this.#sums = new StripeSums({ from: Math.ceil(options.from / 1000) * 1000, until })
  }

  async run(): Promise<SweepResult> {
    await this.#takeSessions()
    const seen = {
      charges: await this.#readCharges(),
      invoices: await this.#takeInvoices(),
    }
    if (seen.charges) {
      await this.#settle()
      if (seen.invoices) await this.#takeOwnCharges()
    }
    const refunds = await this.#takeRefunds()
    const disputes = await this.#takeDisputes()
    const lists = Object.entries({ ...seen, refunds, disputes }).flatMap(([list, ok]) => (ok ? [] : [list]))
    if (lists.length > 0) return { kind: 'unseen', lists }
    const ours = await readOurSums(this.#equipment.client, this.#desk.account, this.#sums.span)
    return { kind: 'compared', sums: this.#sums.beside(ours) }
  }

  #count(rows: readonly unknown[]): void {
    this.#rows += rows.length
    this.#options.progress(this.#rows)
  }

  async #takeSessions(): Promise<void> {
    const { from, until } = this.#options
    await this.#desk.reader.sessions(
      (after) => askSessions({ from: from - longestCheckout, until, after }, 'complete'),
      async (sessions, as_of) => {
        await this.#desk.takeSessions(sessions.map((session) => ({ session, as_of })))
        this.#count(sessions)
      },
    )
  }

  async #readCharges(): Promise<boolean> {
    const { from, until } = this.#options
    return await this.#desk.reader.pages(
      'charges',
      (after) => askCharges({ from, until, after }),
      async (charges, as_of) => {
        for (const charge of charges) {
          this.#sums.addCharge(charge)
          if (charge.status === 'succeeded' && charge.amount_captured > 0 && charge.payment_intent !== '')
            this.#charges.set(charge.payment_intent, { charge, as_of })
        }
        this.#count(charges)
      },
    )
  }

  async #takeInvoices(): Promise<boolean> {
    const { from, until } = this.#options
    const intents = new Map<string, string>()
    const seen = await this.#desk.reader.pages(
      'invoices',
      (after) => askInvoicePayments({ from: from - longestCheckout, until, after }),
      async (payments) => {
        for (const { invoice, payment } of payments) intents.set(invoice, payment.payment_intent)
        this.#count(payments)
      },
    )
    if (!seen) return false
    return await this.#desk.reader.pages(
      'invoices',
      (after) => askInvoices({ from: from - longestCheckout, until, after }),
      async (invoices, as_of) => {
        await this.#takeInvoicePage(invoices, intents, as_of)
        this.#count(invoices)
      },
    )
  }

  async #takeInvoicePage(
    invoices: readonly Invoice[],
    intents: ReadonlyMap<string, string>,
    as_of: bigint,
  ): Promise<void> {
    const { client } = this.#equipment
    const { siteIds: site_ids, reader, options } = this.#desk
    const rows = await readPaymentsByReference(client, {
      site_ids,
      invoice_ids: invoices.map((invoice) => invoice.id),
      payment_intent_ids: invoices.map((invoice) => intents.get(invoice.id) ?? ''),
    })
    const byInvoice = new Map(rows.map((row) => [row.invoice_id, row]))
    const byIntent = new Map(rows.map((row) => [row.payment_intent_id, row]))
    const founds: FoundPayment[] = []
    for (const invoice of invoices) {
      const intent = this.#intentOf(intents.get(invoice.id) ?? '')
      const counted = byInvoice.get(invoice.id) ?? byIntent.get(intent?.id ?? '-')
      if (counted && counted.payment_id !== invoice.id) founds.push(...foldedNews(counted, invoice, intent))
      else if (counted || (intent && isLater(invoice))) {
        const read = { invoice, intent }
        const ofCustomer = counted ? '' : await customerOfInvoice(reader, read, options)
        const found = foundInvoice({ ...read, ofCustomer }, as_of)
        if (found && intent) founds.push(found)
      } else if (invoice.amount_paid > 0)
        await this.#desk.takeResolved(await resolveInvoice(reader, invoice.id, options))
    }
    await this.#desk.takePayments(founds)
  }

  /** The payment intent that a charge of this span tells of. */
  #intentOf(id: string): PaymentIntent | null {
    const read = this.#charges.get(id)
    if (!read) return null
    const { charge } = read
    return {
      id,
      livemode: this.#desk.account.livemode,
      created: charge.created,
      status: 'succeeded',
      amount_received: charge.amount_captured,
      currency: charge.currency,
      presentment_details: charge.presentment_details,
      metadata: charge.metadata,
      customer: '',
      latest_charge: charge,
    }
  }

  /** Adds the money of charges whose payments were counted before it had moved. */
  async #settle(): Promise<void> {
    const settlements = [...this.#charges].flatMap(([intent, { charge }]) =>
      charge.balance_transaction ? [[intent, charge.balance_transaction] as const] : [],
    )
    for (let at = 0; at < settlements.length; at += 1000)
      await this.#desk.settle(new Map(settlements.slice(at, at + 1000)))
  }

  /** Takes charges that neither a session nor an invoice on the lists accounts for. */
  async #takeOwnCharges(): Promise<void> {
    const { reader, options } = this.#desk
    const unassigned = await this.#desk.unassignedIntents()
    const intents = [...this.#charges.keys()].filter((id) => !unassigned.has(id))
    for (let at = 0; at < intents.length; at += 1000) {
      const some = intents.slice(at, at + 1000)
      const counted = await this.#desk.countedBy(some)
      for (const id of some)
        if (!counted.has(id)) await this.#desk.takeResolved(await resolveIntent(reader, id, options))
    }
  }

  async #takeRefunds(): Promise<boolean> {
    const { from, until } = this.#options
    const unassigned = await this.#desk.unassignedIntents()
    return await this.#desk.reader.pages(
      'refunds',
      (after) => askRefunds({ from: Math.min(from, until - refundsReach), until, after }),
      async (refunds, as_of) => {
        const ours = refunds.filter((refund) => !unassigned.has(refund.payment_intent))
        for (const refund of ours) this.#sums.addRefund(refund)
        await this.#desk.takeRefunds(ours, as_of)
        this.#count(refunds)
      },
    )
  }

  async #takeDisputes(): Promise<boolean> {
    const { from, until } = this.#options
    const unassigned = await this.#desk.unassignedIntents()
    return await this.#desk.reader.pages(
      'disputes',
      (after) => askDisputes({ from: Math.min(from, until - disputesReach), until, after }),
      async (disputes, as_of) => {
        const ours = disputes.filter((dispute) => !unassigned.has(dispute.payment_intent))
        for (const dispute of ours) this.#sums.addDispute(dispute)
        await this.#desk.takeDisputes(ours, as_of)
        this.#count(disputes)
      },
    )
  }
}

/** Whether an invoice continues a subscription, so that no Checkout Session can be what began it. */
function isLater({ billing_reason }: Invoice): boolean {
  return billing_reason === 'subscription_cycle' || billing_reason === 'subscription_update'
}

/** What a session's first invoice tells and the session does not: how its money moved, and marks of the owner. */
function foldedNews(counted: PaymentRow, invoice: Invoice, intent: PaymentIntent | null): FoundPayment[] {
  const again = foundAgain(counted)
  const charge = intent?.latest_charge
  const moved = intent && charge && counted.payment_intent_id === ''
  const marks = [invoice.metadata, invoice.parent.metadata].filter((mark) => mark !== '')
  if (!moved && (marks.length === 0 || counted.confidence === 'exact')) return []
  return [
    {
      ...again,
      references: [...again.references, ...marks],
      ...(moved && {
        payment_intent_id: intent.id,
        charged_at: charge.created * 1000,
        settlement: charge.balance_transaction,
        as_of: counted.version + 1n,
      }),
    },
  ]
}
