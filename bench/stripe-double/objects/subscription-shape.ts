import Stripe from 'stripe'
import type { SubscriptionRecord } from '../books/billing-records.ts'

const constantFields = {
  object: 'subscription',
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
  billing_schedules: [],
  billing_thresholds: null,
  cancel_at: null,
  collection_method: 'charge_automatically',
  customer_account: null,
  days_until_due: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: { type: 'self' },
  },
  managed_payments: null,
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  payment_settings: {
    payment_method_options: null,
    payment_method_types: null,
    save_default_payment_method: 'off',
  },
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  test_clock: null,
  transfer_data: null,
  trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
} satisfies Partial<Stripe.Subscription>

/** A Subscription with its one item. Since API version 2025-03-31 the period is the item's. */
export function subscriptionShape(record: SubscriptionRecord): Stripe.Subscription {
  return {
    ...constantFields,
    id: record.id,
    billing_cycle_anchor: record.trial_end ?? record.created,
    cancel_at_period_end: record.cancel_at_period_end,
    canceled_at: record.canceled_at,
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason: record.canceled_at === null ? null : 'cancellation_requested',
    },
    created: record.created,
    currency: record.currency,
    customer: record.customer,
    default_payment_method: `pm_1${record.id.slice(5)}`,
    ended_at: record.ended_at,
    items: {
      object: 'list',
      data: [itemShape(record)],
      has_more: false,
      url: `/v1/subscription_items?subscription=${record.id}`,
    },
    latest_invoice: record.latest_invoice,
    livemode: record.livemode,
    metadata: record.metadata,
    start_date: record.created,
    status: record.status,
    trial_end: record.trial_end,
    trial_start: record.trial_end === null ? null : record.created,
  }
}

/** The ids of what a subscription sells follow from its own. */
export function soldBy({ id }: Pick<SubscriptionRecord, 'id'>) {
  const tail = id.slice(5)
  return { item: `si_${tail.slice(0, 14)}`, price: `price_1${tail}`, product: `prod_${tail.slice(0, 14)}` }
}

function itemShape(record: SubscriptionRecord): Stripe.SubscriptionItem {
  return {
    id: soldBy(record).item,
    object: 'subscription_item',
    billing_thresholds: null,
    created: record.created,
    current_period_end: record.current_period_end,
    current_period_start: record.current_period_start,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: planShape(record),
    price: priceShape(record),
    quantity: 1,
    subscription: record.id,
    tax_rates: [],
  }
}

function priceShape(record: SubscriptionRecord): Stripe.Price {
  const { amount, interval, interval_count, name } = record.plan
  const { price, product } = soldBy(record)
  return {
    id: price,
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: record.created,
    currency: record.currency,
    custom_unit_amount: null,
    livemode: record.livemode,
    lookup_key: null,
    metadata: {},
    nickname: name,
    product,
    recurring: { interval, interval_count, meter: null, trial_period_days: null, usage_type: 'licensed' },
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'recurring',
    unit_amount: amount,
    unit_amount_decimal: Stripe.Decimal.from(amount),
  }
}

/** The price under its old name; Stripe still sends both. */
function planShape(record: SubscriptionRecord): Stripe.Plan {
  const { amount, interval, interval_count, name } = record.plan
  const { price, product } = soldBy(record)
  return {
    id: price,
    object: 'plan',
    active: true,
    amount,
    amount_decimal: Stripe.Decimal.from(amount),
    billing_scheme: 'per_unit',
    created: record.created,
    currency: record.currency,
    interval,
    interval_count,
    livemode: record.livemode,
    metadata: {},
    meter: null,
    nickname: name,
    product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  }
}
