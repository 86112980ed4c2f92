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
/** How often a subscription is renewed. */
const recurring = z.strictObject({
  interval: z.enum(['day', 'week', 'month', 'year']).default('month'),
  interval_count: z.int().min(1).default(1),
})
/** What of a checkout goes on to the objects it makes; its own `metadata` stays where it is. */
const intentData = z.strictObject({ metadata: metadata.default({}) })
const subscriptionData = z.strictObject({
  metadata: metadata.default({}),
  trial_period_days: z.int().min(0).default(0),
})
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
  payment_intent_data: intentData.default({ metadata: {} }),
  subscription_data: subscriptionData.default({ metadata: {}, trial_period_days: 0 }),
  recurring: recurring.default({ interval: 'month', interval_count: 1 }),
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
  payment_intent_data: intentData.optional(),
  subscription_data: subscriptionData.optional(),
  recurring: recurring.optional(),
  success_url: webAddress.nullable().default(null),
  /** An existing customer (`cus_...`). */
  customer: z.string().nullable().default(null),
  /** In payment mode Stripe makes no customer unless told to. */
  customer_creation: z.enum(['always', 'if_required']).default('if_required'),
  /** In payment mode: make a paid invoice afterwards. */
  invoice_creation: z.boolean().default(false),
  customer_email: z.string().nullable().default(null),
  /** Stripe allows 30 minutes to 24 hours. */
  expires_in_seconds: z.int().min(1).default(86_400),
  carried: z.string().default(''),
  at,
})

/** How money reaches the balance: the account's own currencies, rate and fee when left out. */
const settlement = z.strictObject({
  currency,
  exchange_rate: z.number().positive().nullable().default(null),
  fee: amount.nullable().default(null),
})

const payment = {
  method: z.enum(['card', 'bank_debit', 'declined_card']).default('card'),
  settlement: settlement.optional(),
  /** Adaptive Pricing: what the buyer saw and paid in their own currency. */
  presentment: money.nullable().default(null),
  /**
   * `later`: the charge succeeds without a balance transaction, which `postBalance` makes; Stripe's default of
   * asynchronous capture does that for up to an hour.
   */
  balance: z.enum(['now', 'later']).default('now'),
  at,
}

/**
 * How the buyer pays. `bank_debit` completes the session unpaid, until it is settled or failed;
 * `declined_card` leaves everything open for another try.
 */
export const payParams = z.strictObject({
  ...payment,
  email: z.string().optional(),
  name: z.string().optional(),
  country: z.string().length(2).optional(),
})

export const momentParams = z.strictObject({ at })

/** The whole rest when `amount` is left out. A pending refund has no balance transaction yet. */
export const refundParams = z.strictObject({
  amount: amount.min(1).optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).nullable().default(null),
  status: z.enum(['succeeded', 'pending']).default('succeeded'),
  /** Of a refund from another currency; the charge's own when left out. */
  exchange_rate: z.number().positive().optional(),
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

/** A payment that the owner's back end makes itself, without Checkout; it waits for `confirmPaymentIntent`. */
export const intentParams = z.strictObject({
  ...where,
  amount: amount.min(1).default(2900),
  currency: currency.optional(),
  customer: z.string().nullable().default(null),
  description: z.string().nullable().default(null),
  metadata: metadata.default({}),
  at,
})

export const customerParams = z.strictObject({
  ...where,
  email: z.string().optional(),
  name: z.string().optional(),
  country: z.string().length(2).optional(),
  metadata: metadata.default({}),
  at,
})

/** Keys are added or replaced; an empty value removes one, as in Stripe. */
export const metadataChanges = z.strictObject({ metadata, at })

/** An invoice without a subscription; it waits for `payInvoice`. */
export const invoiceParams = z.strictObject({
  ...where,
  customer: z.string(),
  amount: amount.default(2900),
  currency: currency.optional(),
  description: z.string().default('Sample work'),
  metadata: metadata.default({}),
  at,
})

export const invoicePayParams = z.strictObject(payment)

/**
 * The next period of a subscription: its invoice, and how that is paid. `collect: false` leaves the invoice
 * open, for `payInvoice`.
 */
export const renewalParams = z.strictObject({
  ...payment,
  amount: amount.optional(),
  metadata: metadata.default({}),
  collect: z.boolean().default(true),
})

export const cancelParams = z.strictObject({ at_period_end: z.boolean().default(false), at })

/** Who is told of what. Addresses other than this machine's own are refused. */
export const webhookParams = z.strictObject({
  ...where,
  url: webAddress,
  /** Kinds of event; `*` means all. */
  events: z.array(z.string()).min(1).default(['*']),
  /** Stripe promises no order; `shuffled` makes sure of it. */
  order: z.enum(['kept', 'shuffled']).default('kept'),
  /** The chance that a delivery is sent again although it was taken. */
  duplicates: z.number().min(0).max(1).default(0),
  /** Real ms between the tries of one delivery; Stripe takes three days, a test has not that long. */
  retry_delays_ms: z.array(z.int().min(0)).default([500, 2000, 10_000, 60_000]),
  timeout_ms: z.int().min(1).default(10_000),
})
