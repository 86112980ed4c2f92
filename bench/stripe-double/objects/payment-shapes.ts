import type Stripe from 'stripe'
import { availableOn } from '../acts/charges.ts'
import type { ChargeRecord, IntentRecord, TransactionRecord } from '../books/records.ts'
import { addressOf, presentment } from './session-shape.ts'

const constantIntentFields = {
  object: 'payment_intent',
  allowed_payment_method_types: null,
  amount_capturable: 0,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: null,
  canceled_at: null,
  cancellation_reason: null,
  capture_method: 'automatic_async',
  confirmation_method: 'automatic',
  customer_account: null,
  excluded_payment_method_types: null,
  managed_payments: null,
  next_action: null,
  on_behalf_of: null,
  payment_method_configuration_details: null,
  payment_method_options: {},
  payment_record: null,
  processing: null,
  receipt_email: null,
  review: null,
  setup_future_usage: null,
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_group: null,
} satisfies Partial<Stripe.PaymentIntent>

/** A PaymentIntent as the API sends it, its charge as an id. */
export function intentShape(record: IntentRecord): Stripe.PaymentIntent {
  const failed = record.status === 'requires_payment_method' && record.latest_charge !== null
  return {
    ...constantIntentFields,
    id: record.id,
    amount: record.amount,
    amount_received: record.status === 'succeeded' ? record.amount : 0,
    client_secret: `${record.id}_secret_double`,
    created: record.created,
    currency: record.currency,
    customer: record.customer,
    description: record.description,
    last_payment_error: failed && record.latest_charge ? paymentError(record, record.latest_charge) : null,
    latest_charge: record.latest_charge,
    livemode: record.livemode,
    metadata: record.metadata,
    payment_method: failed || record.latest_charge === null ? null : `pm_${record.id.slice(3)}`,
    payment_method_types: ['card', 'us_bank_account'],
    ...presentment(record),
    status: record.status,
  }
}

function paymentError(record: IntentRecord, charge: string): Stripe.PaymentIntent.LastPaymentError {
  const declined = record.method === 'card'
  return {
    charge,
    code: declined ? 'card_declined' : 'payment_method_provider_decline',
    ...(declined && { decline_code: 'generic_decline' }),
    message: declined ? 'Your card was declined.' : 'The bank sent the debit back.',
    type: 'card_error',
  }
}

const constantChargeFields = {
  object: 'charge',
  application: null,
  application_fee: null,
  application_fee_amount: null,
  calculated_statement_descriptor: 'STRIPE DOUBLE',
  failure_balance_transaction: null,
  fraud_details: {},
  on_behalf_of: null,
  receipt_email: null,
  receipt_number: null,
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_data: null,
  transfer_group: null,
} satisfies Partial<Stripe.Charge>

/** A Charge as the API sends it. A refunded charge keeps status `succeeded`; see `amount_refunded`. */
export function chargeShape(record: ChargeRecord, baseUrl: string): Stripe.Charge {
  const failed = record.status === 'failed'
  return {
    ...constantChargeFields,
    id: record.id,
    amount: record.amount,
    amount_captured: failed ? 0 : record.amount,
    amount_refunded: record.amount_refunded,
    balance_transaction: record.balance_transaction,
    billing_details: {
      address: addressOf(record.buyer),
      email: record.buyer.email,
      name: record.buyer.name,
      phone: record.buyer.phone,
      tax_id: null,
    },
    captured: !failed,
    created: record.created,
    currency: record.currency,
    customer: record.customer,
    description: record.description,
    disputed: record.disputed,
    failure_code: failed ? failureOf(record).code : null,
    failure_message: failed ? failureOf(record).message : null,
    livemode: record.livemode,
    metadata: record.metadata,
    outcome: outcomeOf(record),
    paid: record.status === 'succeeded',
    payment_intent: record.payment_intent,
    payment_method: `pm_${record.payment_intent.slice(3)}`,
    payment_method_details: record.method === 'card' ? cardDetails(record) : bankDetails(record),
    ...presentment(record),
    receipt_url: record.status === 'succeeded' ? `${baseUrl}/receipts/${record.id}` : null,
    refunded: record.amount_refunded === record.amount,
    status: record.status,
  }
}

function failureOf({ method }: ChargeRecord) {
  return method === 'card'
    ? { code: 'card_declined', message: 'Your card was declined.' }
    : { code: 'insufficient_funds', message: 'The bank sent the debit back.' }
}

function outcomeOf(record: ChargeRecord): Stripe.Charge.Outcome {
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: record.status === 'failed' ? 'declined_by_network' : 'approved_by_network',
    reason: null,
    risk_level: 'normal',
    risk_score: 12,
    seller_message: record.status === 'failed' ? failureOf(record).message : 'Payment complete.',
    type: record.status === 'failed' ? 'issuer_declined' : 'authorized',
  }
}

function cardDetails(record: ChargeRecord): Stripe.Charge.PaymentMethodDetails {
  return {
    type: 'card',
    card: {
      amount_authorized: record.amount,
      authorization_code: '123456',
      brand: 'visa',
      checks: { address_line1_check: null, address_postal_code_check: 'pass', cvc_check: 'pass' },
      country: record.buyer.country,
      electronic_commerce_indicator: null,
      exp_month: 12,
      exp_year: 2034,
      funding: 'credit',
      installments: null,
      last4: '4242',
      mandate: null,
      network: 'visa',
      network_transaction_id: null,
      regulated_status: 'unregulated',
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
  }
}

function bankDetails(record: ChargeRecord): Stripe.Charge.PaymentMethodDetails {
  return {
    type: 'us_bank_account',
    us_bank_account: {
      account_holder_type: 'individual',
      account_type: 'checking',
      bank_name: 'STRIPE TEST BANK',
      fingerprint: null,
      last4: '6789',
      payment_reference: record.status === 'succeeded' ? '091000019' : null,
      routing_number: '110000000',
    },
  }
}

/** A line of the balance. `exchange_rate` is null when nothing was converted. */
export function transactionShape(record: TransactionRecord): Stripe.BalanceTransaction {
  const { id, amount, created, currency, exchange_rate, fee, reporting_category, source, type } = record
  return {
    id,
    object: 'balance_transaction',
    amount,
    available_on: availableOn(record),
    balance_type: 'payments',
    created,
    currency,
    description: null,
    exchange_rate,
    fee,
    fee_details: fee
      ? [
          {
            amount: fee,
            application: null,
            currency,
            description: 'Stripe processing fees',
            type: 'stripe_fee',
          },
        ]
      : [],
    net: amount - fee,
    reporting_category,
    source,
    status: 'available',
    type,
  }
}
