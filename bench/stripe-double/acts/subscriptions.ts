import type { z } from 'zod'
import type { InvoiceRecord, SubscriptionRecord } from '../books/billing-records.ts'
import type { SessionRecord } from '../books/records.ts'
import { type Book, DoubleMisuse, emit, locate, seconds, type World } from '../books/world.ts'
import type { cancelParams, metadataChanges, renewalParams } from '../params.ts'
import { DAY_S, periodAfter } from './billing-period.ts'
import { merged } from './customers.ts'
import { issueInvoice, payOpen } from './invoices.ts'

/** The subscription of a session that is being completed, and its first invoice, still open. */
export function startSubscription(
  world: World,
  book: Book,
  { session, customer, created }: { session: SessionRecord; customer: string; created: number },
): { subscription: SubscriptionRecord; invoice: InvoiceRecord } {
  const { recurring, currency } = session
  if (recurring === null || currency === null) throw new DoubleMisuse(`${session.id} has no price.`)
  const { metadata, trial_days, ...plan } = recurring
  const trial_end = trial_days > 0 ? created + trial_days * DAY_S : null
  const subscription = book.subscriptions.put({
    id: `sub_1${world.random.token(23)}`,
    created,
    livemode: book.livemode,
    customer,
    status: trial_end === null ? 'active' : 'trialing',
    currency,
    plan,
    metadata,
    current_period_start: created,
    current_period_end: trial_end ?? periodAfter(created, plan),
    trial_end,
    latest_invoice: null,
    cancel_at_period_end: false,
    canceled_at: null,
    ended_at: null,
  })
  const { amount_discount, amount_shipping, amount_tax } = session
  const amounts = {
    amount_discount,
    amount_shipping,
    amount_tax,
    subtotal: session.amount_subtotal ?? 0,
    total: session.amount_total ?? 0,
  }
  const terms = { billing_reason: 'subscription_create', amounts, metadata: {}, created } as const
  const invoice = issueInvoice(world, book, {
    draft: draftOf(subscription, terms),
    session: session.id,
  })
  const linked = book.subscriptions.put({ ...subscription, latest_invoice: invoice.id })
  tell(world, book, { type: 'customer.subscription.created', subscription: linked, created })
  return { subscription: linked, invoice }
}

type Amounts = Pick<
  InvoiceRecord,
  'amount_discount' | 'amount_shipping' | 'amount_tax' | 'subtotal' | 'total'
>
type Terms = Pick<InvoiceRecord, 'billing_reason' | 'metadata' | 'created'> & { amounts: Amounts }

function draftOf(subscription: SubscriptionRecord, { amounts, ...terms }: Terms) {
  const creation = terms.billing_reason === 'subscription_create'
  return {
    ...terms,
    ...amounts,
    customer: subscription.customer,
    subscription: subscription.id,
    currency: subscription.currency,
    description: creation ? 'Subscription creation' : 'Subscription update',
    subscription_metadata: subscription.metadata,
    period_start: subscription.current_period_start,
    period_end: subscription.current_period_end,
  }
}

/** The next period begins: an invoice, paid unless told otherwise. A declined card makes it `past_due`. */
export function renewSubscription(
  world: World,
  id: string,
  params: z.output<typeof renewalParams>,
): InvoiceRecord {
  const { book, row } = locateSubscription(world, id)
  if (row.status === 'canceled' || row.cancel_at_period_end) {
    throw new DoubleMisuse(`${id} is ${row.status}: it is not renewed any more.`)
  }
  const created = seconds(world, params.at)
  const start = row.current_period_end
  const renewed = { ...row, current_period_start: start, current_period_end: periodAfter(start, row.plan) }
  const total = params.amount ?? row.plan.amount
  const amounts = { amount_discount: 0, amount_shipping: 0, amount_tax: 0, subtotal: total, total }
  const terms = { billing_reason: 'subscription_cycle', amounts, metadata: params.metadata, created } as const
  const issued = issueInvoice(world, book, { draft: draftOf(renewed, terms) })
  const active: SubscriptionRecord = { ...renewed, status: 'active', latest_invoice: issued.id }
  change(world, book, active, created)
  if (issued.status === 'paid' || !params.collect) return issued
  const invoice = payOpen(world, book, { invoice: issued, payment: params, created })
  followInvoice(world, book, { invoice, created, failed: params.method === 'declined_card' })
  return invoice
}

/** A subscription falls behind when its latest invoice could not be paid, and recovers when it was. */
export function followInvoice(
  world: World,
  book: Book,
  { invoice, created, failed }: { invoice: InvoiceRecord; created: number; failed: boolean },
): void {
  const row = book.subscriptions.get(invoice.subscription ?? '')
  if (!row || row.status === 'canceled' || row.latest_invoice !== invoice.id) return
  const paid = invoice.status === 'paid'
  const status = failed ? 'past_due' : paid && row.status === 'past_due' ? 'active' : row.status
  if (status !== row.status) change(world, book, { ...row, status }, created)
}

/** Ends a subscription now, or lets it run to the end of its period. */
export function cancelSubscription(
  world: World,
  id: string,
  params: z.output<typeof cancelParams>,
): SubscriptionRecord {
  const { book, row } = locateSubscription(world, id)
  if (row.status === 'canceled') throw new DoubleMisuse(`${id} is canceled already.`)
  const created = seconds(world, params.at)
  if (params.at_period_end) {
    return change(world, book, { ...row, cancel_at_period_end: true, canceled_at: created }, created)
  }
  const subscription = book.subscriptions.put({
    ...row,
    status: 'canceled',
    canceled_at: created,
    ended_at: created,
  })
  tell(world, book, { type: 'customer.subscription.deleted', subscription, created })
  return subscription
}

export function updateSubscription(
  world: World,
  id: string,
  changes: z.output<typeof metadataChanges>,
): SubscriptionRecord {
  const { book, row } = locateSubscription(world, id)
  const metadata = merged(row.metadata, changes.metadata)
  return change(world, book, { ...row, metadata }, seconds(world, changes.at))
}

function locateSubscription(world: World, id: string) {
  return locate(world, id, (candidate) => candidate.subscriptions.get(id))
}

function change(world: World, book: Book, next: SubscriptionRecord, created: number): SubscriptionRecord {
  const subscription = book.subscriptions.put(next)
  tell(world, book, { type: 'customer.subscription.updated', subscription, created })
  return subscription
}

type News = { type: string; subscription: SubscriptionRecord; created: number }

function tell(world: World, book: Book, { type, subscription, created }: News) {
  emit(world, book, { type, subject: { kind: 'subscription', record: subscription }, created })
}
