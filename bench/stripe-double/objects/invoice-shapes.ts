import Stripe from 'stripe'
import type { InvoicePaymentRecord, InvoiceRecord } from '../books/billing-records.ts'
import { addressOf } from './session-shape.ts'
import { soldBy } from './subscription-shape.ts'

const constantFields = {
  object: 'invoice',
  account_tax_ids: null,
  amount_overpaid: 0,
  application: null,
  attempted: true,
  auto_advance: false,
  automatic_tax: {
    disabled_reason: null,
    enabled: false,
    liability: null,
    provider: null,
    status: null,
  },
  automatically_finalizes_at: null,
  collection_method: 'charge_automatically',
  custom_fields: null,
  customer_account: null,
  customer_shipping: null,
  customer_tax_exempt: 'none',
  customer_tax_ids: [],
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  discounts: [],
  due_date: null,
  ending_balance: 0,
  footer: null,
  from_invoice: null,
  issuer: { type: 'self' },
  last_finalization_error: null,
  latest_revision: null,
  next_payment_attempt: null,
  on_behalf_of: null,
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  test_clock: null,
  total_discount_amounts: [],
  total_pretax_credit_amounts: [],
  total_taxes: [],
} satisfies Partial<Stripe.Invoice>

/**
 * An Invoice. Since API version 2025-03-31 it names no payment intent and no charge: these are below
 * `payments`, which is only there when asked for by `expand[]`.
 */
export function invoiceShape(record: InvoiceRecord, baseUrl: string): Stripe.Invoice {
  const paid = record.status === 'paid'
  return {
    ...constantFields,
    id: record.id,
    account_country: 'US',
    account_name: null,
    amount_due: record.total,
    amount_paid: paid ? record.total : 0,
    amount_remaining: paid ? 0 : record.total,
    amount_shipping: record.amount_shipping,
    attempt_count: record.attempt_count,
    billing_reason: record.billing_reason,
    created: record.created,
    currency: record.currency,
    customer: record.customer,
    customer_address: addressOf(record.buyer),
    customer_email: record.buyer.email,
    customer_name: record.buyer.name,
    customer_phone: record.buyer.phone,
    description: record.subscription === null ? record.description : null,
    effective_at: record.created,
    hosted_invoice_url: `${baseUrl}/i/${record.id}`,
    invoice_pdf: `${baseUrl}/i/${record.id}/pdf`,
    lines: {
      object: 'list',
      data: [lineShape(record)],
      has_more: false,
      url: `/v1/invoices/${record.id}/lines`,
    },
    livemode: record.livemode,
    metadata: record.metadata,
    number: record.number,
    parent: parentOf(record),
    period_end: record.created,
    period_start: record.created,
    status: record.status,
    status_transitions: {
      finalized_at: record.created,
      marked_uncollectible_at: null,
      paid_at: record.paid_at,
      voided_at: null,
    },
    subtotal: record.subtotal,
    subtotal_excluding_tax: record.subtotal,
    total: record.total,
    total_excluding_tax: record.total - record.amount_tax,
    webhooks_delivered_at: record.created,
  }
}

function parentOf({ subscription, subscription_metadata }: InvoiceRecord): Stripe.Invoice.Parent | null {
  if (subscription === null) return null
  return {
    quote_details: null,
    subscription_details: { metadata: subscription_metadata, subscription },
    type: 'subscription_details',
  }
}

/** The one line of an invoice; a subscription's line carries the subscription's metadata. */
function lineShape(record: InvoiceRecord): Stripe.InvoiceLineItem {
  const { subscription, subtotal } = record
  return {
    id: `il_1${record.id.slice(4)}`,
    object: 'line_item',
    amount: subtotal,
    currency: record.currency,
    description: record.description,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice: record.id,
    livemode: record.livemode,
    metadata: record.subscription_metadata,
    parent: lineParentOf(record),
    period: { end: record.period_end, start: record.period_start },
    pretax_credit_amounts: [],
    pricing:
      subscription === null
        ? null
        : {
            price_details: soldIn(subscription),
            type: 'price_details',
            unit_amount_decimal: Stripe.Decimal.from(subtotal),
          },
    quantity: 1,
    quantity_decimal: Stripe.Decimal.from(1),
    subscription,
    subtotal,
    taxes: [],
  }
}

function soldIn(subscription: string) {
  const { price, product } = soldBy({ id: subscription })
  return { price, product }
}

function lineParentOf({ id, subscription }: InvoiceRecord): Stripe.InvoiceLineItem.Parent {
  if (subscription === null) {
    return {
      invoice_item_details: {
        invoice_item: `ii_1${id.slice(4)}`,
        proration: false,
        proration_details: null,
        subscription: null,
      },
      subscription_item_details: null,
      type: 'invoice_item_details',
    }
  }
  return {
    invoice_item_details: null,
    subscription_item_details: {
      invoice_item: null,
      proration: false,
      proration_details: null,
      subscription,
      subscription_item: soldBy({ id: subscription }).item,
    },
    type: 'subscription_item_details',
  }
}

/** What ties an invoice to the payment intent that paid it. */
export function invoicePaymentShape(record: InvoicePaymentRecord): Stripe.InvoicePayment {
  return {
    id: record.id,
    object: 'invoice_payment',
    amount_paid: record.status === 'paid' ? record.amount : null,
    amount_requested: record.amount,
    created: record.created,
    currency: record.currency,
    invoice: record.invoice,
    is_default: true,
    livemode: record.livemode,
    payment: { payment_intent: record.payment_intent, type: 'payment_intent' },
    status: record.status,
    status_transitions: { canceled_at: null, paid_at: record.paid_at },
  }
}
