import type { Base, Buyer, Metadata, Plan } from './records.ts'

/** Customers, subscriptions and invoices; see `records.ts` for units and names. */
export type CustomerRecord = Base & { buyer: Buyer; metadata: Metadata }

export type SetupIntentRecord = Base & { customer: string | null; metadata: Metadata }

export type SubscriptionRecord = Base & {
  customer: string
  status: 'trialing' | 'active' | 'past_due' | 'canceled'
  currency: string
  plan: Plan
  metadata: Metadata
  current_period_start: number
  current_period_end: number
  trial_end: number | null
  latest_invoice: string | null
  cancel_at_period_end: boolean
  canceled_at: number | null
  ended_at: number | null
}

export type InvoiceRecord = Base & {
  customer: string
  /** Name, e-mail and address are copied onto each invoice. */
  buyer: Buyer
  subscription: string | null
  billing_reason: 'subscription_create' | 'subscription_cycle' | 'manual'
  status: 'open' | 'paid' | 'void'
  currency: string
  amount_discount: number
  amount_shipping: number
  amount_tax: number
  /** Before discount, shipping and tax. */
  subtotal: number
  total: number
  description: string
  metadata: Metadata
  /** The subscription's, as it was when the invoice was made. */
  subscription_metadata: Metadata
  period_start: number
  period_end: number
  number: string
  attempt_count: number
  paid_at: number | null
  /** The invoice payment (`inpay_...`); null when nothing is to pay. */
  payment: string | null
}

export type InvoicePaymentRecord = Base & {
  invoice: string
  payment_intent: string
  amount: number
  currency: string
  status: 'open' | 'paid' | 'canceled'
  paid_at: number | null
}
