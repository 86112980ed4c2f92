/**
 * What the double remembers of each Stripe object: only what differs between two of them. The full shape is
 * made when it is asked for (`objects/`): 100,000 payments over 90 days take 270 MB. Times are Unix seconds,
 * money is minor units, names are Stripe's.
 */
export type Buyer = {
  email: string
  name: string
  phone: string
  country: string
  line1: string
  city: string
  postal_code: string
}

export type Money = { amount: number; currency: string }
export type Settlement = { currency: string; exchange_rate: number | null; fee: number | null }
export type Method = 'card' | 'bank_debit'
export type Metadata = Readonly<Record<string, string>>
export type Base = { readonly id: string; readonly created: number; readonly livemode: boolean }

/** What a subscription costs and how often. `interval` as in Stripe's prices. */
export type Plan = {
  name: string
  amount: number
  interval: 'day' | 'week' | 'month' | 'year'
  interval_count: number
}

export type SessionRecord = Base & {
  mode: 'payment' | 'subscription' | 'setup'
  status: 'open' | 'complete' | 'expired'
  payment_status: 'paid' | 'unpaid' | 'no_payment_required'
  currency: string | null
  amount_subtotal: number | null
  amount_total: number | null
  amount_discount: number
  amount_tax: number
  amount_shipping: number
  presentment: Money | null
  client_reference_id: string | null
  metadata: Metadata
  /** `payment_intent_data.metadata`: the session's own metadata stays on the session. */
  intent_metadata: Metadata
  /** In subscription mode. */
  recurring: (Plan & { metadata: Metadata; trial_days: number }) | null
  payment_link: string | null
  success_url: string | null
  customer: string | null
  customer_creation: 'always' | 'if_required'
  customer_email: string | null
  buyer: Buyer | null
  expires_at: number
  /** Also set in subscription mode, where Stripe's session does not show it. */
  payment_intent: string | null
  subscription: string | null
  invoice: string | null
  /** In payment mode: a paid invoice is made afterwards. */
  invoice_creation: boolean
  setup_intent: string | null
  /** Query that the page was opened with and that its redirect carries on (utm_*), without `?`. */
  carried: string
}

export type IntentRecord = Base & {
  /** The session and the invoice it pays; since API version 2025-03-31 Stripe shows neither of them here. */
  session: string | null
  invoice: string | null
  customer: string | null
  amount: number
  currency: string
  status: 'requires_payment_method' | 'processing' | 'succeeded' | 'canceled'
  latest_charge: string | null
  method: Method
  description: string | null
  metadata: Metadata
  presentment: Money | null
}

export type ChargeRecord = Base & {
  payment_intent: string
  customer: string | null
  amount: number
  amount_refunded: number
  currency: string
  status: 'succeeded' | 'pending' | 'failed'
  disputed: boolean
  balance_transaction: string | null
  method: Method
  description: string | null
  /** A copy of the payment intent's, from when it was confirmed. */
  metadata: Metadata
  buyer: Buyer
  presentment: Money | null
  settlement: Settlement
}

export type TransactionRecord = Base & {
  amount: number
  fee: number
  currency: string
  exchange_rate: number | null
  source: string
  type: 'charge' | 'payment' | 'refund' | 'payment_refund' | 'refund_failure' | 'adjustment'
  reporting_category: 'charge' | 'refund' | 'refund_failure' | 'dispute' | 'dispute_reversal'
}

export type RefundRecord = Base & {
  charge: string
  payment_intent: string
  amount: number
  currency: string
  status: 'succeeded' | 'pending' | 'failed'
  reason: 'duplicate' | 'fraudulent' | 'requested_by_customer' | null
  exchange_rate: number | null
  balance_transaction: string | null
  failure_balance_transaction: string | null
  failure_reason: string | null
  metadata: Metadata
}

export type DisputeRecord = Base & {
  charge: string
  payment_intent: string
  amount: number
  currency: string
  reason: string
  status:
    | 'needs_response'
    | 'under_review'
    | 'won'
    | 'lost'
    | 'warning_needs_response'
    | 'warning_under_review'
    | 'warning_closed'
  balance_transactions: readonly TransactionRecord[]
}

export type LinkRecord = Base & {
  slug: string
  url: string
  name: string
  amount: number
  currency: string
  mode: 'payment' | 'subscription'
  redirect_url: string | null
  metadata: Metadata
  /** `payment_intent_data.metadata` and `subscription_data.metadata` of its sessions. */
  intent_metadata: Metadata
  subscription_metadata: Metadata
  recurring: Pick<Plan, 'interval' | 'interval_count'>
  trial_days: number
  active: boolean
  inactive_message: string | null
}
