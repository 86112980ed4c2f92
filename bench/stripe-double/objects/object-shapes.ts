import type Stripe from 'stripe'
import type { DisputeRecord, LinkRecord, Metadata, RefundRecord } from '../books/records.ts'
import type { Account } from '../books/world.ts'
import { transactionShape } from './payment-shapes.ts'

const TEN_DAYS_S = 10 * 86_400

/** A Refund as the API sends it. `destination_details` stays out, as for methods that have none. */
export function refundShape(record: RefundRecord): Stripe.Refund {
  const { id, amount, balance_transaction, charge, created, currency, metadata, payment_intent } = record
  return {
    id,
    object: 'refund',
    amount,
    balance_transaction,
    charge,
    created,
    currency,
    customer: null,
    customer_account: null,
    ...(record.failure_balance_transaction && {
      failure_balance_transaction: record.failure_balance_transaction,
    }),
    ...(record.failure_reason && { failure_reason: record.failure_reason }),
    metadata,
    payment_intent,
    payment_method: null,
    ...(record.status === 'pending' && { pending_reason: 'processing' }),
    reason: record.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: record.status,
    transfer_reversal: null,
  }
}

const noEvidence: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
}

/** A Dispute; its balance transactions always come whole. */
export function disputeShape(record: DisputeRecord): Stripe.Dispute {
  const { id, amount, charge, created, currency, livemode, payment_intent, reason, status } = record
  return {
    id,
    object: 'dispute',
    amount,
    balance_transactions: record.balance_transactions.map(transactionShape),
    charge,
    created,
    currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence,
    evidence_details: {
      due_by: created + TEN_DAYS_S,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: status.startsWith('warning_'),
    livemode,
    metadata: {},
    payment_intent,
    reason,
    status,
  }
}

const constantLinkFields = {
  object: 'payment_link',
  allow_promotion_codes: false,
  application: null,
  application_fee_amount: null,
  application_fee_percent: null,
  automatic_tax: { enabled: false, liability: null },
  billing_address_collection: 'auto',
  consent_collection: null,
  custom_fields: [],
  custom_text: {
    after_submit: null,
    shipping_address: null,
    submit: null,
    terms_of_service_acceptance: null,
  },
  customer_creation: 'if_required',
  invoice_creation: null,
  managed_payments: null,
  on_behalf_of: null,
  payment_method_collection: 'always',
  payment_method_options: null,
  payment_method_types: null,
  phone_number_collection: { enabled: false },
  restrictions: null,
  shipping_address_collection: null,
  shipping_options: [],
  submit_type: 'auto',
  tax_id_collection: { enabled: false, required: 'never' },
  transfer_data: null,
} satisfies Partial<Stripe.PaymentLink>

/** A Payment Link. Stripe gives it no `created` and, without line items, no name. */
export function linkShape(record: LinkRecord): Stripe.PaymentLink {
  return {
    ...constantLinkFields,
    id: record.id,
    active: record.active,
    after_completion: record.redirect_url
      ? { type: 'redirect', redirect: { url: record.redirect_url } }
      : { type: 'hosted_confirmation', hosted_confirmation: { custom_message: null } },
    currency: record.currency,
    inactive_message: record.inactive_message,
    livemode: record.livemode,
    metadata: record.metadata,
    payment_intent_data: record.mode === 'payment' ? intentData(record.intent_metadata) : null,
    subscription_data:
      record.mode === 'subscription'
        ? subscriptionData(record.subscription_metadata, record.trial_days)
        : null,
    url: record.url,
  }
}

function intentData(metadata: Metadata): Stripe.PaymentLink.PaymentIntentData {
  return {
    capture_method: null,
    description: null,
    metadata,
    setup_future_usage: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    transfer_group: null,
  }
}

function subscriptionData(metadata: Metadata, trialDays: number): Stripe.PaymentLink.SubscriptionData {
  return {
    description: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    metadata,
    trial_period_days: trialDays || null,
    trial_settings: null,
  }
}

export function accountShape(account: Account): Stripe.Account {
  return {
    id: account.id,
    object: 'account',
    business_profile: null,
    business_type: 'company',
    charges_enabled: true,
    country: account.country,
    created: account.created,
    default_currency: account.settles_in[0],
    details_submitted: true,
    email: 'owner@merchant.example',
    metadata: {},
    payouts_enabled: true,
    type: 'standard',
  }
}
