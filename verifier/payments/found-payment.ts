import type { PaymentKind, PaymentRow } from '../../schema/payment/payment-row.ts'
import { dayText, localDay, type SiteZone, zoneAt } from '../../schema/site/local-day.ts'
import { type CheckoutSession, chargeOf, intentOf, settlementOf } from '../stripe/checkout-session.ts'
import type { Invoice, PaymentIntent } from '../stripe/stripe-objects.ts'
import type { Attribution } from './attribute.ts'

type Settlement = { amount: number; currency: string; fee: number }

/** A payment as it was found at Stripe, whatever the path. Amounts are minor units, `charged_at` is ms. */
export type FoundPayment = {
  payment_id: string
  kind: PaymentKind
  livemode: boolean
  charged_at: number
  amount: number
  currency: string
  presentment: { presentment_amount: number; presentment_currency: string } | null
  /** Null while the money has not moved, or where the key may not see it. */
  settlement: Settlement | null
  payment_intent_id: string
  subscription_id: string
  invoice_id: string
  payment_link_id: string
  client_reference_id: string
  /** What may be references of visits, strongest first. */
  references: string[]
  /** Host of the page that the buyer is sent to; '' when unknown. */
  redirect_host: string
  /** Whether something was refunded or disputed. */
  reduced: boolean
  /** The version of what is said here. */
  as_of: bigint
}

/** What may be looked up beside a Checkout Session. */
export type BesideSession = {
  /** Of its first invoice, in subscription mode. */
  intent?: PaymentIntent | null
  /** What the metadata of its invoice, subscription and customer hold. */
  marks?: readonly string[]
}

/** Whether the buyer is done and nothing is owed. Enums are open: only known words count. */
export function isPaid(session: CheckoutSession): boolean {
  const { status, payment_status } = session
  return status === 'complete' && (payment_status === 'paid' || payment_status === 'no_payment_required')
}

/**
 * The payment of a completed session, or null when it has no amount (a saved card: mode setup). Where its charge cannot
 * be seen, it counts as charged when the checkout began.
 *
 * @param beside what was looked up beside the session
 */
export function foundSession(
  session: CheckoutSession,
  as_of: bigint,
  { intent = null, marks = [] }: BesideSession = {},
): FoundPayment | null {
  if (session.amount_total === null || session.currency === null) return null
  const charge = chargeOf(session) ?? intent?.latest_charge
  return {
    payment_id: session.id,
    kind: session.mode === 'subscription' ? 'first' : 'one_off',
    livemode: session.livemode,
    charged_at: (charge?.created ?? session.created) * 1000,
    amount: session.amount_total,
    currency: session.currency.toLowerCase(),
    presentment: session.presentment_details,
    settlement: settlementOf(session) ?? intent?.latest_charge?.balance_transaction ?? null,
    payment_intent_id: intentOf(session)?.id ?? plainId(session.payment_intent) ?? intent?.id ?? '',
    subscription_id: session.subscription,
    invoice_id: session.invoice,
    payment_link_id: session.payment_link,
    client_reference_id: referenceToKeep(session.client_reference_id),
    references: [
      session.client_reference_id ?? '',
      session.metadata,
      intentOf(session)?.metadata ?? '',
      intent?.metadata ?? '',
      ...marks,
    ].filter((text) => text !== ''),
    redirect_host: session.success_url,
    reduced: charge ? charge.amount_refunded > 0 || charge.disputed : false,
    as_of,
  }
}

/** A payment that an owner's server took without a Checkout Session or an invoice; null until it succeeded. */
export function foundIntent(intent: PaymentIntent, as_of: bigint, ofCustomer = ''): FoundPayment | null {
  if (intent.status !== 'succeeded') return null
  return {
    ...fromIntent(intent),
    payment_id: intent.id,
    kind: 'one_off',
    livemode: intent.livemode,
    charged_at: (intent.latest_charge?.created ?? intent.created) * 1000,
    amount: intent.amount_received,
    currency: intent.currency.toLowerCase(),
    subscription_id: '',
    invoice_id: '',
    references: [intent.metadata, ofCustomer].filter((text) => text !== ''),
    as_of,
  }
}

/**
 * An invoice that no Checkout Session began: a renewal, or one that the owner sent. Null until it is paid, and when
 * there was nothing to pay.
 */
export function foundInvoice(
  { invoice, intent, ofCustomer }: { invoice: Invoice; intent: PaymentIntent | null; ofCustomer: string },
  as_of: bigint,
): FoundPayment | null {
  if (invoice.status !== 'paid' || invoice.amount_paid === 0) return null
  const { subscription, metadata } = invoice.parent
  const paidAt = intent?.latest_charge?.created ?? invoice.status_transitions.paid_at ?? invoice.created
  return {
    ...fromIntent(intent),
    payment_id: invoice.id,
    kind: kindOfInvoice(invoice),
    livemode: invoice.livemode,
    charged_at: paidAt * 1000,
    amount: invoice.amount_paid,
    currency: invoice.currency.toLowerCase(),
    subscription_id: subscription,
    invoice_id: invoice.id,
    references: [invoice.metadata, intent?.metadata ?? '', metadata, ofCustomer].filter(
      (text) => text !== '',
    ),
    as_of,
  }
}

function kindOfInvoice({ billing_reason, parent }: Invoice): PaymentKind {
  if (parent.subscription === '') return 'one_off'
  return billing_reason === 'subscription_create' ? 'first' : 'renewal'
}

function fromIntent(intent: PaymentIntent | null) {
  const charge = intent?.latest_charge
  return {
    presentment: intent?.presentment_details ?? null,
    settlement: charge?.balance_transaction ?? null,
    payment_intent_id: intent?.id ?? '',
    payment_link_id: '',
    client_reference_id: '',
    redirect_host: '',
    reduced: charge ? charge.amount_refunded > 0 || charge.disputed : false,
  }
}

/** A payment that is counted already, to be looked at again for its credit. It says nothing new about the money. */
export function foundAgain(row: PaymentRow): FoundPayment {
  const { presentment_amount, presentment_currency, settled_amount, fee } = row
  return {
    payment_id: row.payment_id,
    kind: row.kind,
    livemode: row.livemode,
    charged_at: row.charged_at,
    amount: row.amount,
    currency: row.currency,
    presentment: presentment_amount === null ? null : { presentment_amount, presentment_currency },
    settlement:
      settled_amount === null || fee === null
        ? null
        : { amount: settled_amount, currency: row.settled_currency, fee },
    payment_intent_id: row.payment_intent_id,
    subscription_id: row.subscription_id,
    invoice_id: row.invoice_id,
    payment_link_id: row.payment_link_id,
    client_reference_id: row.client_reference_id,
    references: row.client_reference_id === '' ? [] : [row.client_reference_id],
    redirect_host: '',
    reduced: false,
    as_of: row.version,
  }
}

/** What a payment's row says beside what Stripe says. `verifiedAt` is ms since 1970. */
export type PaymentContext = {
  site: SiteZone & { site_id: number }
  accountId: string
  attribution: Attribution
  verifiedAt: number
  version: bigint
}

/** The row of a payment. Gross counts on the site-local day of the charge (ruling 15). */
export function rowOfPayment(found: FoundPayment, context: PaymentContext): PaymentRow {
  const { site, attribution } = context
  const { presentment, settlement, charged_at } = found
  return {
    site_id: site.site_id,
    payment_id: found.payment_id,
    provider: 'stripe',
    account_id: context.accountId,
    livemode: found.livemode,
    kind: found.kind,
    charged_at,
    day: siteDay(site, charged_at),
    amount: found.amount,
    currency: found.currency,
    presentment_amount: presentment?.presentment_amount ?? null,
    presentment_currency: presentment?.presentment_currency.toLowerCase() ?? '',
    settled_amount: settlement?.amount ?? null,
    settled_currency: settlement?.currency.toLowerCase() ?? '',
    fee: settlement?.fee ?? null,
    payment_intent_id: found.payment_intent_id,
    subscription_id: found.subscription_id,
    invoice_id: found.invoice_id,
    payment_link_id: found.payment_link_id,
    client_reference_id: found.client_reference_id,
    ...attribution,
    verified_at: context.verifiedAt,
    version: context.version,
  }
}

/** `2026-11-24`: the local day of an instant (ms) in the zone that the site had then. */
export function siteDay(site: SiteZone, ms: number): string {
  return dayText(localDay(ms, zoneAt(site, ms)))
}

function plainId(reference: CheckoutSession['payment_intent']): string | undefined {
  return typeof reference === 'string' ? reference : undefined
}

// Payment Links allow no other characters. Owners who use the API may put anything there, an e-mail address too, and
// no personal data is stored.
function referenceToKeep(reference: string | null): string {
  return reference !== null && /^[A-Za-z0-9_-]{1,200}$/.test(reference) ? reference : ''
}
