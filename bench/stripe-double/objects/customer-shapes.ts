import type Stripe from 'stripe'
import type { CustomerRecord, SetupIntentRecord } from '../books/billing-records.ts'
import { addressOf } from './session-shape.ts'

/** A Customer, with everything that Stripe tells a merchant about a person; all of it is invented. */
export function customerShape({ id, buyer, created, livemode, metadata }: CustomerRecord): Stripe.Customer {
  return {
    id,
    object: 'customer',
    address: addressOf(buyer),
    balance: 0,
    created,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    email: buyer.email,
    invoice_prefix: id.slice(-8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode,
    metadata,
    name: buyer.name,
    next_invoice_sequence: 2,
    phone: buyer.phone,
    preferred_locales: ['en'],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  }
}

/** A SetupIntent that succeeded: a card was saved, no money moved. */
export function setupIntentShape(record: SetupIntentRecord): Stripe.SetupIntent {
  return {
    id: record.id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: `${record.id}_secret_double`,
    created: record.created,
    customer: record.customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: record.livemode,
    mandate: null,
    metadata: record.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: `pm_1${record.id.slice(6)}`,
    payment_method_configuration_details: null,
    payment_method_options: { card: { mandate_options: null, network: null, request_three_d_secure: null } },
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: 'succeeded',
    usage: 'off_session',
  }
}
