import type {
  CustomerRecord,
  InvoicePaymentRecord,
  InvoiceRecord,
  SetupIntentRecord,
  SubscriptionRecord,
} from '../books/billing-records.ts'
import type { EventRecord } from '../books/event-records.ts'
import type {
  ChargeRecord,
  DisputeRecord,
  IntentRecord,
  LinkRecord,
  RefundRecord,
  SessionRecord,
  TransactionRecord,
} from '../books/records.ts'
import { customerShape, setupIntentShape } from '../objects/customer-shapes.ts'
import { eventShape } from '../objects/event-shape.ts'
import { invoicePaymentShape, invoiceShape } from '../objects/invoice-shapes.ts'
import { disputeShape, linkShape, refundShape } from '../objects/object-shapes.ts'
import { chargeShape, intentShape, transactionShape } from '../objects/payment-shapes.ts'
import { sessionShape } from '../objects/session-shape.ts'
import { subscriptionShape } from '../objects/subscription-shape.ts'
import { define, equals, type Resource } from './resource.ts'

/** `charge.*` matches every kind of event about charges. */
function matchesType(type: string, wanted: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted
}

const ofCharge = {
  charge: { read: (row: { charge: string }) => row.charge },
  payment_intent: { read: (row: { payment_intent: string }) => row.payment_intent },
}
const ofCustomer = { customer: { read: (row: { customer: string | null }) => row.customer } }

/** Every resource by the prefix of its ids; the double's ids say what they are. */
export const resources = {
  cs: define<SessionRecord>({
    path: '/v1/checkout/sessions',
    object: 'checkout.session',
    permission: 'rak_checkout_session_read',
    shelf: (book) => book.sessions,
    shape: (row, baseUrl) => ({ ...sessionShape(row, baseUrl) }),
    expandable: {
      payment_intent: 'pi',
      payment_link: 'plink',
      customer: 'cus',
      subscription: 'sub',
      invoice: 'in',
      setup_intent: 'seti',
    },
    choices: { status: ['complete', 'expired', 'open'] },
    filters: {
      status: equals((row) => row.status),
      payment_link: { read: (row) => row.payment_link },
      payment_intent: { read: (row) => (row.mode === 'payment' ? row.payment_intent : null) },
      subscription: { read: (row) => row.subscription },
      'customer_details[email]': { read: (row) => row.buyer?.email },
      ...ofCustomer,
    },
  }),
  pi: define<IntentRecord>({
    path: '/v1/payment_intents',
    object: 'payment_intent',
    permission: 'rak_payment_intent_read',
    shelf: (book) => book.intents,
    shape: (row) => ({ ...intentShape(row) }),
    expandable: { latest_charge: 'ch', customer: 'cus' },
    filters: ofCustomer,
  }),
  seti: define<SetupIntentRecord>({
    path: '/v1/setup_intents',
    object: 'setup_intent',
    permission: 'rak_setup_intent_read',
    shelf: (book) => book.setupIntents,
    shape: (row) => ({ ...setupIntentShape(row) }),
    expandable: { customer: 'cus' },
    filters: ofCustomer,
  }),
  ch: define<ChargeRecord>({
    path: '/v1/charges',
    object: 'charge',
    permission: 'rak_charge_read',
    shelf: (book) => book.charges,
    shape: (row, baseUrl) => ({ ...chargeShape(row, baseUrl) }),
    expandable: { balance_transaction: 'txn', payment_intent: 'pi', customer: 'cus' },
    filters: { payment_intent: ofCharge.payment_intent, ...ofCustomer },
  }),
  txn: define<TransactionRecord>({
    path: '/v1/balance_transactions',
    object: 'balance_transaction',
    permission: 'rak_balance_transaction_source_read',
    shelf: (book) => book.transactions,
    shape: (row) => ({ ...transactionShape(row) }),
    expandable: { source: 'ch' },
    filters: {
      currency: equals((row) => row.currency),
      source: { read: (row) => row.source },
      type: equals((row) => row.type),
    },
  }),
  re: define<RefundRecord>({
    path: '/v1/refunds',
    object: 'refund',
    permission: 'rak_charge_read',
    shelf: (book) => book.refunds,
    shape: (row) => ({ ...refundShape(row) }),
    expandable: {
      balance_transaction: 'txn',
      failure_balance_transaction: 'txn',
      charge: 'ch',
      payment_intent: 'pi',
    },
    filters: ofCharge,
  }),
  du: define<DisputeRecord>({
    path: '/v1/disputes',
    object: 'dispute',
    permission: 'rak_dispute_read',
    shelf: (book) => book.disputes,
    shape: (row) => ({ ...disputeShape(row) }),
    expandable: { charge: 'ch', payment_intent: 'pi' },
    filters: ofCharge,
  }),
  cus: define<CustomerRecord>({
    path: '/v1/customers',
    object: 'customer',
    permission: 'rak_customer_read',
    shelf: (book) => book.customers,
    shape: (row) => ({ ...customerShape(row) }),
    filters: { email: { read: (row) => row.buyer.email } },
  }),
  sub: define<SubscriptionRecord>({
    path: '/v1/subscriptions',
    object: 'subscription',
    permission: 'rak_subscription_read',
    shelf: (book) => book.subscriptions,
    shape: (row) => ({ ...subscriptionShape(row) }),
    expandable: { customer: 'cus', latest_invoice: 'in' },
    choices: {
      status: 'active all canceled ended incomplete incomplete_expired past_due paused trialing unpaid'.split(
        ' ',
      ),
    },
    filters: {
      ...ofCustomer,
      status: {
        test: (row, [wanted]) =>
          wanted === 'all' || row.status === (wanted === 'ended' ? 'canceled' : wanted),
      },
    },
    unasked: (row, { filters }) => row.status === 'canceled' && !filters.has('status'),
  }),
  in: define<InvoiceRecord>({
    path: '/v1/invoices',
    object: 'invoice',
    permission: 'rak_invoice_read',
    shelf: (book) => book.invoices,
    shape: (row, baseUrl) => ({ ...invoiceShape(row, baseUrl) }),
    expandable: { customer: 'cus', 'parent.subscription_details.subscription': 'sub' },
    includable: {
      payments: {
        prefix: 'inpay',
        ids: (book, id) => [book.invoices.get(id)?.payment ?? []].flat(),
        url: (id) => `/v1/invoice_payments?invoice=${id}`,
      },
    },
    choices: {
      status: ['draft', 'open', 'paid', 'uncollectible', 'void'],
      collection_method: ['charge_automatically', 'send_invoice'],
    },
    filters: {
      ...ofCustomer,
      subscription: { read: (row) => row.subscription },
      status: equals((row) => row.status),
      collection_method: equals(() => 'charge_automatically'),
    },
  }),
  inpay: define<InvoicePaymentRecord>({
    path: '/v1/invoice_payments',
    object: 'invoice_payment',
    permission: 'rak_invoice_read',
    shelf: (book) => book.invoicePayments,
    shape: (row) => ({ ...invoicePaymentShape(row) }),
    expandable: { invoice: 'in', 'payment.payment_intent': 'pi' },
    choices: { status: ['canceled', 'open', 'paid'] },
    filters: {
      invoice: { read: (row) => row.invoice },
      status: equals((row) => row.status),
      'payment[type]': equals(() => 'payment_intent'),
      'payment[payment_intent]': { read: (row) => row.payment_intent },
    },
  }),
  evt: define<EventRecord>({
    path: '/v1/events',
    object: 'event',
    permission: 'rak_event_read',
    shelf: (book) => book.events,
    shape: (row, baseUrl, book) => eventShape(row, baseUrl, book.undelivered.get(row.id) ?? 0),
    choices: { delivery_success: ['true', 'false'] },
    filters: {
      type: { test: (row, [wanted = '']) => matchesType(row.type, wanted) },
      types: { test: (row, wanted) => wanted.some((one) => matchesType(row.type, one)) },
      delivery_success: {
        test: ({ id }, [wanted], book) => (wanted === 'true') === !book.undelivered.has(id),
      },
    },
  }),
  plink: define<LinkRecord>({
    path: '/v1/payment_links',
    object: 'payment_link',
    permission: 'rak_payment_links_read',
    shelf: (book) => book.links,
    shape: (row) => ({ ...linkShape(row) }),
    hasCreated: false,
    choices: { active: ['true', 'false'] },
    filters: { active: { test: (row, [wanted]) => String(row.active) === wanted } },
  }),
} satisfies Record<string, Resource>

/** Charges of bank debits are `py_`, those of cards `ch_`. */
const byPrefix = new Map<string, Resource>([...Object.entries(resources), ['py', resources.ch]])

/** The resource that an id, or the prefix of one, belongs to. */
export function resourceOfId(id: string): Resource | undefined {
  return byPrefix.get(id.split('_', 1)[0] ?? '')
}

const listPaths: ReadonlySet<string> = new Set(Object.values(resources).map(({ path }) => path))

/** Whether a path asks for a list rather than for one object. */
export function isList(path: string): boolean {
  return listPaths.has(path)
}
