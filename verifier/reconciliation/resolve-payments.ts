import type { SessionNews } from '../claims/session-news.ts'
import {
  type FoundPayment,
  foundIntent,
  foundInvoice,
  foundSession,
  isPaid,
} from '../payments/found-payment.ts'
import type { AccountReader } from '../stripe/account-reader.ts'
import {
  askCustomer,
  askIntent,
  askInvoice,
  askInvoicePaymentsOf,
  askSessionsOf,
} from '../stripe/questions.ts'
import type { Invoice, PaymentIntent } from '../stripe/stripe-objects.ts'

/**
 * What a payment intent or an invoice belongs to. A Checkout Session folds its own payment intent and its first invoice
 * into itself (ruling 16), and an invoice its payment intent; `nothing` when it is not paid, or when the key may not
 * see what it may belong to, so that nothing is counted twice.
 */
export type Resolved =
  | { kind: 'session'; news: SessionNews }
  | { kind: 'payment'; found: FoundPayment }
  | { kind: 'nothing' }

/** How owners mark payments: `customers` says whether a customer's metadata may hold a visit. */
export type ResolveOptions = { customers: boolean }

/** Finds out what a payment intent that succeeded belongs to. */
export async function resolveIntent(
  reader: AccountReader,
  id: string,
  options: ResolveOptions,
): Promise<Resolved> {
  const session = await reader.firstSession(askSessionsOf({ payment_intent: id }))
  if (session) return { kind: 'session', news: { session: session.value, as_of: session.as_of } }
  const payments = await reader.page('invoices', askInvoicePaymentsOf({ payment_intent: id }))
  if (!payments) return { kind: 'nothing' }
  const [payment] = payments.value
  if (payment && payment.invoice !== '') return await resolveInvoice(reader, payment.invoice, options)
  const intent = await reader.one('payment intents', askIntent(id))
  if (!intent) return { kind: 'nothing' }
  const { metadata, customer } = intent.value
  const ofCustomer = metadata === '' ? await visitOfCustomer(reader, customer, options) : ''
  const found = foundIntent(intent.value, intent.as_of, ofCustomer)
  return found ? { kind: 'payment', found } : { kind: 'nothing' }
}

/** Finds out what an invoice belongs to. */
export async function resolveInvoice(
  reader: AccountReader,
  id: string,
  options: ResolveOptions,
): Promise<Resolved> {
  const read = await reader.one('invoices', askInvoice(id))
  if (read?.value.status !== 'paid') return { kind: 'nothing' }
  const intent = await intentOfInvoice(reader, id)
  const news = await sessionOfInvoice(reader, read.value, intent)
  if (news) return { kind: 'session', news }
  const ofCustomer = await customerOfInvoice(reader, { invoice: read.value, intent }, options)
  const found = foundInvoice({ invoice: read.value, intent, ofCustomer }, read.as_of)
  return found ? { kind: 'payment', found } : { kind: 'nothing' }
}

/** What a customer's metadata says, where nothing nearer to the payment says more. */
export async function customerOfInvoice(
  reader: AccountReader,
  { invoice, intent }: { invoice: Invoice; intent: PaymentIntent | null },
  options: ResolveOptions,
): Promise<string> {
  const nearer = invoice.metadata || invoice.parent.metadata || intent?.metadata
  return nearer ? '' : await visitOfCustomer(reader, invoice.customer, options)
}

/** The payment intent that paid an invoice; null when there is none, or when the key may not see it. */
export async function intentOfInvoice(reader: AccountReader, invoice: string): Promise<PaymentIntent | null> {
  const payments = await reader.page('invoices', askInvoicePaymentsOf({ invoice }))
  const paid = payments?.value.find((payment) => payment.status === 'paid')
  if (!paid || paid.payment.payment_intent === '') return null
  const intent = await reader.one('payment intents', askIntent(paid.payment.payment_intent))
  return intent?.value ?? null
}

/**
 * Adds to a session what its first invoice tells about the money, and whose visit earned it, where the session does not
 * say that itself.
 */
export async function completeSession(
  reader: AccountReader,
  news: SessionNews,
  options: ResolveOptions,
): Promise<SessionNews> {
  const { session } = news
  if (!isPaid(session) || session.amount_total === null) return news
  const subscribed = session.mode === 'subscription' && session.invoice !== '' && session.amount_total > 0
  const intent = news.intent ?? (subscribed ? await intentOfInvoice(reader, session.invoice) : null)
  const said = foundSession(session, news.as_of, { intent })?.references ?? []
  if (said.length > 0) return { ...news, intent }
  const invoice = session.invoice === '' ? null : await reader.one('invoices', askInvoice(session.invoice))
  const marks = [invoice?.value.metadata ?? '', invoice?.value.parent.metadata ?? '']
  const marked = marks.some((mark) => mark !== '')
  const ofCustomer = marked ? '' : await visitOfCustomer(reader, session.customer, options)
  return { ...news, intent, marks: [...marks, ofCustomer] }
}

async function sessionOfInvoice(
  reader: AccountReader,
  invoice: Invoice,
  intent: PaymentIntent | null,
): Promise<SessionNews | null> {
  const { subscription } = invoice.parent
  const first = invoice.billing_reason === 'subscription_create'
  if (subscription !== '' && !first) return null
  const of = subscription !== '' ? { subscription } : intent && { payment_intent: intent.id }
  const read = of ? await reader.firstSession(askSessionsOf(of)) : null
  return read && { session: read.value, as_of: read.as_of, intent: first ? intent : null }
}

/** The visit that a customer's metadata names; '' when none, or when owners do not put it there. */
export async function visitOfCustomer(
  reader: AccountReader,
  customer: string,
  { customers }: ResolveOptions,
): Promise<string> {
  if (!customers || customer === '') return ''
  return (await reader.one('customers', askCustomer(customer)))?.value.metadata ?? ''
}
