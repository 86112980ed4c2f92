import type { z } from 'zod'
import type { InvoiceRecord } from '../books/billing-records.ts'
import type { IntentRecord } from '../books/records.ts'
import { accountOf, type Book, bookOf, DoubleMisuse, emit, seconds, type World } from '../books/world.ts'
import type { invoiceParams } from '../params.ts'
import { intentBehind } from './charges.ts'
import { customerIn } from './customers.ts'
import { attempt, createIntent, type Payment } from './intents.ts'

type Draft = Omit<
  InvoiceRecord,
  'id' | 'livemode' | 'buyer' | 'status' | 'number' | 'attempt_count' | 'paid_at' | 'payment'
>
type Issue = { draft: Draft; session?: string | null; intent?: IntentRecord }

/**
 * A finalized invoice with its payment intent, open; paid at once when nothing is to pay. `intent`: it was
 * paid for already, as after a Checkout Session with invoice creation.
 */
export function issueInvoice(
  world: World,
  book: Book,
  { draft, session = null, intent }: Issue,
): InvoiceRecord {
  const { customer, created, total: amount, currency, description } = draft
  const invoice = book.invoices.put({
    ...draft,
    id: `in_1${world.random.token(23)}`,
    livemode: book.livemode,
    buyer: customerIn(book, customer).buyer,
    status: 'open',
    number: `${customer.slice(-8).toUpperCase()}-${String(book.invoices.size + 1).padStart(4, '0')}`,
    attempt_count: 0,
    paid_at: null,
    payment: amount === 0 ? null : `inpay_1${world.random.token(23)}`,
  })
  if (invoice.payment !== null) {
    const plan = { customer, created, amount, currency, description, metadata: {} }
    const linked = intent
      ? book.intents.put({ ...intent, invoice: invoice.id })
      : createIntent(world, book, { ...plan, session, invoice: invoice.id })
    book.invoicePayments.put({
      id: invoice.payment,
      created,
      livemode: book.livemode,
      invoice: invoice.id,
      payment_intent: linked.id,
      amount,
      currency,
      status: 'open',
      paid_at: null,
    })
  }
  for (const type of ['invoice.created', 'invoice.finalized']) tell(world, book, { type, invoice, created })
  return amount === 0 || intent?.status === 'succeeded' ? markPaid(world, book, invoice, created) : invoice
}

/** What became of the payment intent of an invoice, written on the invoice. */
export function followIntent(world: World, book: Book, intent: IntentRecord, created: number): InvoiceRecord {
  const row = book.invoices.get(intent.invoice ?? '')
  if (!row) throw new DoubleMisuse(`${intent.id} pays no invoice.`)
  const invoice = book.invoices.put({ ...row, attempt_count: row.attempt_count + 1 })
  if (intent.status === 'succeeded') return markPaid(world, book, invoice, created)
  if (intent.status === 'requires_payment_method') {
    tell(world, book, { type: 'invoice.payment_failed', invoice, created })
  }
  return invoice
}

function markPaid(world: World, book: Book, row: InvoiceRecord, created: number): InvoiceRecord {
  const invoice = book.invoices.put({ ...row, status: 'paid', paid_at: created })
  const payment = row.payment === null ? undefined : book.invoicePayments.get(row.payment)
  if (payment) {
    const record = book.invoicePayments.put({ ...payment, status: 'paid', paid_at: created })
    emit(world, book, { type: 'invoice_payment.paid', subject: { kind: 'invoice_payment', record }, created })
  }
  for (const type of ['invoice.paid', 'invoice.payment_succeeded'])
    tell(world, book, { type, invoice, created })
  return invoice
}

/** An invoice of the owner's own, without a subscription. */
export function createInvoice(world: World, params: z.output<typeof invoiceParams>): InvoiceRecord {
  const book = bookOf(accountOf(world, params.account), params.livemode)
  const created = seconds(world, params.at)
  const draft: Draft = {
    created,
    customer: customerIn(book, params.customer).id,
    subscription: null,
    billing_reason: 'manual',
    currency: params.currency ?? book.account.settles_in[0],
    amount_discount: 0,
    amount_shipping: 0,
    amount_tax: 0,
    subtotal: params.amount,
    total: params.amount,
    description: params.description,
    metadata: params.metadata,
    subscription_metadata: {},
    period_start: created,
    period_end: created,
  }
  return issueInvoice(world, book, { draft })
}

/** The customer pays an open invoice, or tries to. */
export function payOpen(
  world: World,
  book: Book,
  { invoice, payment, created }: { invoice: InvoiceRecord; payment: Payment; created: number },
): InvoiceRecord {
  const intent = intentBehind(book, invoice.id)
  if (invoice.status !== 'open' || intent?.status !== 'requires_payment_method') {
    throw new DoubleMisuse(`${invoice.id} is ${invoice.status}, or a payment of it is under way.`)
  }
  const { buyer } = customerIn(book, invoice.customer)
  return followIntent(world, book, attempt(world, book, { intent, payment, buyer, created }), created)
}

function tell(world: World, book: Book, news: { type: string; invoice: InvoiceRecord; created: number }) {
  const subject = { kind: 'invoice', record: news.invoice } as const
  emit(world, book, { type: news.type, subject, created: news.created })
}
