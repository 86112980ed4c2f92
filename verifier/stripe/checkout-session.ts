import { z } from 'zod'
import { balanceTransaction, presentment, reference, visitMetadata } from './stripe-objects.ts'

const seconds = z.int().nonnegative()
const code = z.string().max(64)
const id = z.string().max(255)
const minorUnits = z.int()

const charge = z.object({
  created: seconds,
  amount_refunded: minorUnits.default(0),
  disputed: z.boolean().default(false),
  balance_transaction: z.union([id, balanceTransaction]).nullable(),
})

const paymentIntent = z.object({
  id,
  status: code,
  metadata: visitMetadata,
  latest_charge: z.union([id, charge]).nullable(),
})

/**
 * The fields of a Checkout Session that Revtrail reads; everything else, the buyer's name, e-mail and address with it,
 * is left behind here. Enums are open: an unknown value is text that no rule knows. Referred objects are ids where
 * they were not expanded. Amounts are minor units, `created` is seconds;
 * `success_url` is its host.
 *
 * Source: https://docs.stripe.com/api/checkout/sessions/object, version 2026-10-28.endive
 */
export const checkoutSession = z.object({
  id,
  object: z.literal('checkout.session'),
  livemode: z.boolean(),
  created: seconds,
  mode: code,
  status: code.nullable(),
  payment_status: code,
  amount_total: minorUnits.nullable(),
  currency: code.nullable(),
  presentment_details: presentment,
  payment_link: reference,
  client_reference_id: z.string().nullable(),
  metadata: visitMetadata,
  customer: reference,
  subscription: reference,
  invoice: reference,
  success_url: z
    .string()
    .nullish()
    .transform((url) => hostOf(url ?? '')),
  payment_intent: z
    .union([id, paymentIntent])
    .nullish()
    .transform((intent) => intent ?? null),
})

/** The host of a web address; '' when it is none. The rest of it is the owner's. */
export function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? ''
}

export type CheckoutSession = z.infer<typeof checkoutSession>

/** The payment intent, where the key may see it. */
export function intentOf(session: CheckoutSession) {
  return typeof session.payment_intent === 'object' ? session.payment_intent : null
}

/** The charge that paid, where the key may see it. */
export function chargeOf(session: CheckoutSession) {
  const latest = intentOf(session)?.latest_charge
  return typeof latest === 'object' ? latest : null
}

/** What reached the account's balance, where the key may see it and the money has moved. */
export function settlementOf(session: CheckoutSession) {
  const transaction = chargeOf(session)?.balance_transaction
  return typeof transaction === 'object' ? transaction : null
}
