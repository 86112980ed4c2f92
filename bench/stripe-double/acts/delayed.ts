import type { z } from 'zod'
import type { InvoiceRecord } from '../books/billing-records.ts'
import type { IntentRecord, SessionRecord } from '../books/records.ts'
import { type Book, DoubleMisuse, emit, locate, seconds, type World } from '../books/world.ts'
import type { invoicePayParams, momentParams } from '../params.ts'
import { intentBehind } from './charges.ts'
import { locateSession } from './checkout-sessions.ts'
import { bounce, settle } from './intents.ts'
import { followIntent, payOpen } from './invoices.ts'
import { invoiced } from './payments.ts'
import { followInvoice } from './subscriptions.ts'

type Moment = z.output<typeof momentParams>

/** A bank debit arrives, days after the buyer left: the session becomes paid. */
export function settleDelayed(world: World, id: string, params: Moment): SessionRecord {
  const { book, row, intent } = underWay(world, id)
  const created = seconds(world, params.at)
  follow(world, book, settle(world, book, intent, created), created)
  const paid: SessionRecord = { ...row, payment_status: 'paid' }
  const session = book.sessions.put(invoiced(world, book, paid, created))
  const subject = { kind: 'session', record: session } as const
  emit(world, book, { type: 'checkout.session.async_payment_succeeded', subject, created })
  return session
}

/** A bank debit bounces: the session stays complete and unpaid for ever. */
export function failDelayed(world: World, id: string, params: Moment): SessionRecord {
  const { book, row, intent } = underWay(world, id)
  const created = seconds(world, params.at)
  follow(world, book, bounce(world, book, intent, created), created)
  const subject = { kind: 'session', record: row } as const
  emit(world, book, { type: 'checkout.session.async_payment_failed', subject, created })
  return row
}

function underWay(world: World, id: string) {
  const { book, row } = locateSession(world, id)
  const intent = intentBehind(book, id)
  if (intent?.status !== 'processing') throw new DoubleMisuse(`${id} has no bank debit under way.`)
  return { book, row, intent }
}

/** A bank debit of an invoice, or of the owner's own payment intent, arrives. `id` is either. */
export function settleIntent(world: World, id: string, params: Moment): IntentRecord {
  const { book, row } = locate(world, id, (candidate) => intentBehind(candidate, id))
  if (row.session !== null) settleDelayed(world, row.session, params)
  else {
    const created = seconds(world, params.at)
    follow(world, book, settle(world, book, row, created), created)
  }
  return book.intents.get(row.id) ?? row
}

/** It bounces. */
export function failIntent(world: World, id: string, params: Moment): IntentRecord {
  const { book, row } = locate(world, id, (candidate) => intentBehind(candidate, id))
  if (row.session !== null) failDelayed(world, row.session, params)
  else {
    const created = seconds(world, params.at)
    follow(world, book, bounce(world, book, row, created), created)
  }
  return book.intents.get(row.id) ?? row
}

function follow(world: World, book: Book, intent: IntentRecord, created: number) {
  if (intent.invoice === null) return
  const invoice = followIntent(world, book, intent, created)
  followInvoice(world, book, { invoice, created, failed: intent.status === 'requires_payment_method' })
}

/** The customer pays an open invoice, or tries to; its subscription recovers or falls behind with it. */
export function payInvoice(
  world: World,
  id: string,
  params: z.output<typeof invoicePayParams>,
): InvoiceRecord {
  const { book, row } = locate(world, id, (candidate) => candidate.invoices.get(id))
  const created = seconds(world, params.at)
  const invoice = payOpen(world, book, { invoice: row, payment: params, created })
  followInvoice(world, book, { invoice, created, failed: params.method === 'declined_card' })
  return invoice
}
