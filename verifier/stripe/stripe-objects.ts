import { z } from 'zod'

const seconds = z.int().nonnegative()
const code = z.string().max(64)
const id = z.string().max(255)
const minorUnits = z.int()

/** The id of a referred object, whether it was expanded or not; '' when there is none. */
export const reference = z
  .union([id, z.object({ id }).transform((object) => object.id)])
  .nullish()
  .transform((value) => value ?? '')

/** Where an owner's server puts `window.revtrail.visitId`; nothing else of any metadata is read. */
export const visitMetadata = z
  .object({ revtrail_visit_id: z.string().max(500).optional() })
  .nullish()
  .transform((value) => value?.revtrail_visit_id ?? '')

/** A line of the balance: minor units, `amount` before `fee`, negative when money leaves. */
export const balanceTransaction = z.object({ amount: minorUnits, currency: code, fee: minorUnits })

const settlement = z
  .union([id.transform(() => null), balanceTransaction])
  .nullish()
  .transform((value) => value ?? null)

export const presentment = z
  .object({ presentment_amount: minorUnits, presentment_currency: code })
  .nullish()
  .transform((details) => details ?? null)

/*
 * The objects that Revtrail reads, each with the fields that it needs and nothing of a buyer. Enums are open, amounts
 * are minor units, times are seconds. Source: https://docs.stripe.com/api, version 2026-10-28.endive
 */

export const charge = z.object({
  id,
  created: seconds,
  amount: minorUnits,
  /** Less than `amount` while, or as far as, the owner has not captured it. */
  amount_captured: minorUnits,
  amount_refunded: minorUnits.default(0),
  currency: code,
  status: code,
  disputed: z.boolean().default(false),
  payment_intent: reference,
  presentment_details: presentment,
  /** A copy of the payment intent's. */
  metadata: visitMetadata,
  balance_transaction: settlement,
})
export type Charge = z.infer<typeof charge>

export const paymentIntent = z.object({
  id,
  livemode: z.boolean(),
  created: seconds,
  status: code,
  amount_received: minorUnits,
  currency: code,
  presentment_details: presentment,
  metadata: visitMetadata,
  customer: reference,
  latest_charge: z
    .union([id.transform(() => null), charge])
    .nullish()
    .transform((value) => value ?? null),
})
export type PaymentIntent = z.infer<typeof paymentIntent>

export const refund = z.object({
  id,
  created: seconds,
  amount: minorUnits,
  currency: code,
  status: code.nullable(),
  payment_intent: reference,
  balance_transaction: settlement,
})
export type Refund = z.infer<typeof refund>

export const dispute = z.object({
  id,
  created: seconds,
  amount: minorUnits,
  currency: code,
  status: code,
  reason: code,
  payment_intent: reference,
  balance_transactions: z.array(balanceTransaction),
})
export type Dispute = z.infer<typeof dispute>

export const invoice = z.object({
  id,
  livemode: z.boolean(),
  created: seconds,
  status: code.nullable(),
  billing_reason: code.nullable(),
  amount_paid: minorUnits,
  currency: code,
  metadata: visitMetadata,
  customer: reference,
  status_transitions: z.object({ paid_at: seconds.nullable() }),
  parent: z
    .object({
      subscription_details: z.object({ subscription: reference, metadata: visitMetadata }).nullish(),
    })
    .nullish()
    .transform((parent) => parent?.subscription_details ?? { subscription: '', metadata: '' }),
})
export type Invoice = z.infer<typeof invoice>

export const invoicePayment = z.object({
  id,
  created: seconds,
  status: code,
  invoice: reference,
  payment: z.object({ payment_intent: reference }),
})

export const customer = z.object({ id, metadata: visitMetadata })

export const paymentLink = z.object({
  id,
  after_completion: z
    .object({ redirect: z.object({ url: z.string() }).nullish() })
    .transform((after) => after.redirect?.url ?? ''),
})

/** Of the object only what says which one it is: it is asked for again, because an event tells of the past. */
export const event = z.object({
  id,
  type: z.string().max(100),
  created: seconds,
  data: z.object({ object: z.object({ id: id.optional(), payment_intent: reference }) }),
})
export type StripeEvent = z.infer<typeof event>
