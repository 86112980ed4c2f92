import type Stripe from 'stripe'
import type { z } from 'zod'
import { checkoutSession } from './checkout-session.ts'
import type { Question } from './stripe-api.ts'
import {
  charge,
  customer,
  dispute,
  event,
  invoice,
  invoicePayment,
  paymentIntent,
  paymentLink,
  refund,
} from './stripe-objects.ts'

/** The most that a page holds. */
const limit = 100

/** A part of a list, newest first: made between two times (ms, inclusive), after the object that ended the page before. */
export type Span = { from: number; until: number; after?: string | undefined }

/** A question that is asked with balance transactions expanded where the key may see them. */
export type Asked<T> = (balance: boolean) => Question<T>

/** A question about Checkout Sessions, asked with whatever the key may see beside them. */
export type AskedSessions = (expand: readonly string[]) => Question<z.infer<typeof checkoutSession>>

function page({ from, until, after }: Span) {
  return {
    limit,
    created: { gte: Math.floor(from / 1000), lte: Math.ceil(until / 1000) },
    ...(after === undefined ? {} : { starting_after: after }),
  }
}

function ask<T>(
  row: z.ZodType<T>,
  call: (stripe: Stripe, expanding: string[]) => Promise<unknown>,
  path = '',
) {
  return (balance: boolean): Question<T> => ({
    row,
    call: (stripe) => call(stripe, balance && path !== '' ? [path] : []),
  })
}

const ofEach = 'data.balance_transaction'

/** Checkout Sessions made in a span: only complete ones, or those of every status. */
export function askSessions(span: Span, status: 'complete' | 'any'): AskedSessions {
  const filter = status === 'any' ? {} : { status }
  return (expand) => ({
    row: checkoutSession,
    call: (stripe) => stripe.checkout.sessions.list({ ...page(span), ...filter, expand: [...expand] }),
  })
}

/** The Checkout Session that a payment intent or a subscription came from, if one did. */
export function askSessionsOf(of: { payment_intent: string } | { subscription: string }): AskedSessions {
  return (expand) => ({
    row: checkoutSession,
    call: (stripe) => stripe.checkout.sessions.list({ limit: 1, ...of, expand: [...expand] }),
  })
}

export function askCharges(span: Span) {
  return ask(charge, (stripe, expand) => stripe.charges.list({ ...page(span), expand }), ofEach)
}

export function askCharge(id: string) {
  return ask(charge, (stripe, expand) => stripe.charges.retrieve(id, { expand }), 'balance_transaction')
}

export function askRefunds(span: Span) {
  return ask(refund, (stripe, expand) => stripe.refunds.list({ ...page(span), expand }), ofEach)
}

export function askRefundsOf(of: { payment_intent: string } | { charge: string }) {
  return ask(refund, (stripe, expand) => stripe.refunds.list({ limit, ...of, expand }), ofEach)
}

export function askRefund(id: string) {
  return ask(refund, (stripe, expand) => stripe.refunds.retrieve(id, { expand }), 'balance_transaction')
}

export function askDisputes(span: Span) {
  return ask(dispute, (stripe) => stripe.disputes.list(page(span)))
}

export function askDisputesOf(payment_intent: string) {
  return ask(dispute, (stripe) => stripe.disputes.list({ limit, payment_intent }))
}

export function askDispute(id: string) {
  return ask(dispute, (stripe) => stripe.disputes.retrieve(id))
}

/** Invoices made in a span that are paid. */
export function askInvoices(span: Span) {
  return ask(invoice, (stripe) => stripe.invoices.list({ ...page(span), status: 'paid' }))
}

export function askInvoice(id: string) {
  return ask(invoice, (stripe) => stripe.invoices.retrieve(id))
}

/** What paid invoices. */
export function askInvoicePayments(span: Span) {
  return ask(invoicePayment, (stripe) => stripe.invoicePayments.list({ ...page(span), status: 'paid' }))
}

/** What paid an invoice, or which invoice a payment intent paid. */
export function askInvoicePaymentsOf(of: { invoice: string } | { payment_intent: string }) {
  const filter = 'invoice' in of ? of : { payment: { type: 'payment_intent', ...of } }
  return ask(invoicePayment, (stripe) => stripe.invoicePayments.list({ limit, ...filter }))
}

/** A payment intent with its charge. */
export function askIntent(id: string): Asked<z.infer<typeof paymentIntent>> {
  return (balance) => ({
    row: paymentIntent,
    call: (stripe) =>
      stripe.paymentIntents.retrieve(id, {
        expand: [balance ? 'latest_charge.balance_transaction' : 'latest_charge'],
      }),
  })
}

export function askCustomer(id: string) {
  return ask(customer, (stripe) => stripe.customers.retrieve(id))
}

export function askPaymentLink(id: string) {
  return ask(paymentLink, (stripe) => stripe.paymentLinks.retrieve(id))
}

/** Events of at most 20 types. */
export function askEvents(span: Span, types: readonly string[]) {
  return ask(event, (stripe) => stripe.events.list({ ...page(span), types: [...types] }))
}
