import { z } from 'zod'

const currency = z
  .string()
  .toLowerCase()
  .regex(/^[a-z]{3}$/)
const amount = z.int().min(0).max(99_999_999)
const metadata = z.record(z.string(), z.string())
/** When it happens, in ms since 1970; now when left out. */
const at = z.number().optional()
const webAddress = z.string().regex(/^https?:\/\//, 'must start with http:// or https://')
const money = z.object({ amount, currency })
const where = {
  /** An account id (`acct_...`); the first account when left out. */
  account: z.string().optional(),
  livemode: z.boolean().default(false),
}

export const accountParams = z.strictObject({
  name: z.string(),
  country: z.string().length(2).default('US'),
  /** Its first is the default; a charge in another currency is converted to it. */
  settles_in: z.tuple([currency], currency).default(['usd']),
})

/** A Payment Link with one product. `redirect_url` may hold `{CHECKOUT_SESSION_ID}`. */
export const linkParams = z.strictObject({
  ...where,
  name: z.string().default('Sample product'),
  amount: amount.default(2900),
  currency: currency.optional(),
  mode: z.enum(['payment', 'subscription']).default('payment'),
  redirect_url: webAddress.nullable().default(null),
  metadata: metadata.default({}),
  active: z.boolean().default(true),
  inactive_message: z.string().nullable().default(null),
  at,
})

export const linkChanges = z.strictObject({
  name: z.string().optional(),
  amount: amount.optional(),
  redirect_url: webAddress.nullable().optional(),
  metadata: metadata.optional(),
  active: z.boolean().optional(),
  inactive_message: z.string().nullable().optional(),
})

/**
 * A Checkout Session, open. `amount` is the subtotal; the total is amount - discount + tax + shipping.
 * A payment link fills amount, currency, mode and metadata where they are left out.
 */
export const sessionParams = z.strictObject({
  ...where,
  payment_link: z.string().optional(),
  mode: z.enum(['payment', 'subscription', 'setup']).optional(),
  amount: amount.optional(),
  amount_discount: amount.default(0),
  amount_tax: amount.default(0),
  amount_shipping: amount.default(0),
  /** Null only makes sense when nothing is to pay. */
  currency: currency.nullable().optional(),
  client_reference_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,200}$/)
    .nullable()
    .default(null),
  metadata: metadata.default({}),
  success_url: webAddress.nullable().default(null),
  customer_email: z.string().nullable().default(null),
  /** Stripe allows 30 minutes to 24 hours. */
  expires_in_seconds: z.int().min(1).default(86_400),
  carried: z.string().default(''),
  at,
})

/** How the buyer pays. `bank_debit` completes the session unpaid, until it is settled or failed. */
export const payParams = z.strictObject({
  method: z.enum(['card', 'bank_debit']).default('card'),
  email: z.string().optional(),
  name: z.string().optional(),
  country: z.string().length(2).optional(),
  /** What reaches the balance: the account's own currencies, rate and fee when left out. */
  settlement: z
    .strictObject({
      currency,
      exchange_rate: z.number().positive().nullable().default(null),
      fee: amount.nullable().default(null),
    })
    .optional(),
  /** Adaptive Pricing: what the buyer saw and paid in their own currency. */
  presentment: money.nullable().default(null),
  at,
})

export const momentParams = z.strictObject({ at })

/** The whole rest when `amount` is left out. A pending refund has no balance transaction yet. */
export const refundParams = z.strictObject({
  amount: amount.min(1).optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).nullable().default(null),
  status: z.enum(['succeeded', 'pending']).default('succeeded'),
  metadata: metadata.default({}),
  at,
})

/** `warning_needs_response` is an inquiry: it takes no money. */
export const disputeParams = z.strictObject({
  amount: amount.min(1).optional(),
  reason: z.string().default('fraudulent'),
  status: z.enum(['needs_response', 'warning_needs_response']).default('needs_response'),
  at,
})

export const disputeOutcome = z.strictObject({ status: z.enum(['won', 'lost', 'warning_closed']), at })
