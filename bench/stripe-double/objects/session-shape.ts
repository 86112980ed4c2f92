import type Stripe from 'stripe'
import type { Buyer, SessionRecord } from '../books/records.ts'

/** What every session of the double has in common; Stripe sends these fields too. */
const constantFields = {
  object: 'checkout.session',
  after_expiration: null,
  allow_promotion_codes: false,
  allowed_payment_method_types: null,
  automatic_tax: { enabled: false, liability: null, provider: null, status: null },
  billing_address_collection: 'auto',
  client_secret: null,
  consent: null,
  consent_collection: null,
  currency_conversion: null,
  custom_fields: [],
  custom_text: {
    after_submit: null,
    shipping_address: null,
    submit: null,
    terms_of_service_acceptance: null,
  },
  customer_account: null,
  discounts: [],
  integration_identifier: null,
  locale: 'auto',
  managed_payments: { enabled: false },
  origin_context: null,
  payment_method_configuration_details: null,
  payment_method_options: { card: { request_three_d_secure: 'automatic' } },
  permissions: null,
  phone_number_collection: { enabled: false },
  recovered_from: null,
  saved_payment_method_options: null,
  shipping_address_collection: null,
  shipping_cost: null,
  shipping_options: [],
  submit_type: 'auto',
  ui_mode: 'hosted_page',
  wallet_options: null,
} satisfies Partial<Stripe.Checkout.Session>

/** A Checkout Session as API version 2026-10-28.endive sends it, references as ids. */
export function sessionShape(record: SessionRecord, baseUrl: string): Stripe.Checkout.Session {
  return {
    ...constantFields,
    id: record.id,
    adaptive_pricing: { enabled: record.presentment !== null },
    amount_subtotal: record.amount_subtotal,
    amount_total: record.amount_total,
    cancel_url: record.payment_link === null ? record.success_url : 'https://stripe.com',
    client_reference_id: record.client_reference_id,
    collected_information: record.buyer
      ? { business_name: null, individual_name: record.buyer.name, shipping_details: null }
      : null,
    created: record.created,
    currency: record.currency,
    customer: record.customer,
    customer_creation: record.mode === 'payment' ? record.customer_creation : 'always',
    customer_details: record.buyer ? customerDetails(record.buyer) : null,
    customer_email: record.customer_email,
    expires_at: record.expires_at,
    invoice: record.invoice,
    invoice_creation: record.mode === 'payment' ? invoiceCreation(record) : null,
    livemode: record.livemode,
    metadata: record.metadata,
    mode: record.mode,
    payment_intent: record.mode === 'payment' ? record.payment_intent : null,
    payment_link: record.payment_link,
    payment_method_collection: record.mode === 'payment' ? 'if_required' : 'always',
    payment_method_types: ['card', 'us_bank_account'],
    payment_status: record.payment_status,
    ...presentment(record),
    setup_intent: record.setup_intent,
    status: record.status,
    subscription: record.subscription,
    success_url: record.success_url ?? 'https://stripe.com',
    total_details:
      record.amount_total === null
        ? null
        : {
            amount_discount: record.amount_discount,
            amount_shipping: record.amount_shipping,
            amount_tax: record.amount_tax,
          },
    url: record.status === 'open' ? `${baseUrl}/c/pay/${record.id}` : null,
  }
}

function invoiceCreation({ invoice_creation }: SessionRecord): Stripe.Checkout.Session.InvoiceCreation {
  return {
    enabled: invoice_creation,
    invoice_data: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: null,
      metadata: {},
      rendering_options: null,
    },
  }
}

function customerDetails(buyer: Buyer): Stripe.Checkout.Session.CustomerDetails {
  return {
    address: addressOf(buyer),
    business_name: null,
    email: buyer.email,
    individual_name: buyer.name,
    name: buyer.name,
    phone: buyer.phone,
    tax_exempt: 'none',
    tax_ids: [],
  }
}

export function addressOf(buyer: Buyer): Stripe.Address {
  const { city, country, line1, postal_code } = buyer
  return { city, country, line1, line2: null, postal_code, state: null }
}

/** Adaptive Pricing: the field is absent, not null, when the buyer saw the integration's own currency. */
export function presentment(record: { presentment: { amount: number; currency: string } | null }) {
  if (record.presentment === null) return {}
  const { amount, currency } = record.presentment
  return { presentment_details: { presentment_amount: amount, presentment_currency: currency } }
}
