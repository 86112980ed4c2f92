import type { PaymentRow } from '../../schema/payment/payment-row.ts'
import { dayText, localDay, type SiteZone, zoneAt } from '../../schema/site/local-day.ts'
import { type CheckoutSession, chargeOf, intentOf, settlementOf } from '../stripe/checkout-session.ts'
import type { Attribution } from './attribute.ts'

/** What a payment's row says beside the session itself. `verifiedAt` is ms since 1970. */
export type PaymentContext = {
  site: SiteZone & { site_id: number }
  accountId: string
  attribution: Attribution
  verifiedAt: number
  version: bigint
}

/**
 * The payment of a completed session, or null when it has no amount (a saved card: mode setup). Gross counts on the
 * site-local day of the charge (ruling 15); where the charge cannot be seen, on the day the checkout began.
 */
export function paymentOfSession(session: CheckoutSession, context: PaymentContext): PaymentRow | null {
  if (session.amount_total === null || session.currency === null) return null
  const chargedAt = (chargeOf(session)?.created ?? session.created) * 1000
  const settlement = settlementOf(session)
  const { attribution, site } = context
  return {
    site_id: site.site_id,
    payment_id: session.id,
    provider: 'stripe',
    account_id: context.accountId,
    livemode: session.livemode,
    kind: session.mode === 'subscription' ? 'first' : 'one_off',
    charged_at: chargedAt,
    day: dayText(localDay(chargedAt, zoneAt(site, chargedAt))),
    amount: session.amount_total,
    currency: session.currency.toLowerCase(),
    presentment_amount: session.presentment_details?.presentment_amount ?? null,
    presentment_currency: session.presentment_details?.presentment_currency.toLowerCase() ?? '',
    settled_amount: settlement?.amount ?? null,
    settled_currency: settlement?.currency.toLowerCase() ?? '',
    fee: settlement?.fee ?? null,
    payment_intent_id: intentOf(session)?.id ?? plainId(session.payment_intent),
    payment_link_id: session.payment_link,
    client_reference_id: referenceToKeep(session.client_reference_id),
    ...attribution,
    verified_at: context.verifiedAt,
    version: context.version,
  }
}

function plainId(reference: CheckoutSession['payment_intent']): string {
  return typeof reference === 'string' ? reference : ''
}

// Payment Links allow no other characters. Owners who use the API may put anything there, an e-mail address too, and
// no personal data is stored.
function referenceToKeep(reference: string | null): string {
  return reference !== null && /^[A-Za-z0-9_-]{1,200}$/.test(reference) ? reference : ''
}
