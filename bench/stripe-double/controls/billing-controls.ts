import type Stripe from 'stripe'
import type { z } from 'zod'
import { createCustomer, updateCustomer } from '../acts/customers.ts'
import { failIntent, payInvoice, settleIntent } from '../acts/delayed.ts'
import { cancelIntent, confirmIntent, createOwnIntent, postBalance } from '../acts/intents.ts'
import { createInvoice } from '../acts/invoices.ts'
import { cancelSubscription, renewSubscription, updateSubscription } from '../acts/subscriptions.ts'
import type { InvoiceRecord } from '../books/billing-records.ts'
import { locate, type World } from '../books/world.ts'
import { customerShape } from '../objects/customer-shapes.ts'
import { invoicePaymentShape, invoiceShape } from '../objects/invoice-shapes.ts'
import { intentShape } from '../objects/payment-shapes.ts'
import { subscriptionShape } from '../objects/subscription-shape.ts'
import {
  cancelParams,
  customerParams,
  intentParams,
  invoiceParams,
  invoicePayParams,
  metadataChanges,
  momentParams,
  payParams,
  renewalParams,
} from '../params.ts'

/**
 * The hands of an owner's own back end, and of time: customers, payment intents without Checkout, invoices
 * and subscriptions. Invoices come with their `payments`, as if `expand[]` had named these.
 */
export function createBillingControls(world: World) {
  function invoiceOf({ id }: InvoiceRecord) {
    const { book, row } = locate(world, id, ({ invoices }) => invoices.get(id))
    const payment = row.payment === null ? undefined : book.invoicePayments.get(row.payment)
    const payments: Stripe.ApiList<Stripe.InvoicePayment> = {
      object: 'list',
      data: payment ? [invoicePaymentShape(payment)] : [],
      has_more: false,
      url: `/v1/invoice_payments?invoice=${id}`,
    }
    return { ...invoiceShape(row, world.baseUrl()), payments }
  }

  return {
    createCustomer: (params: z.input<typeof customerParams> = {}) =>
      customerShape(createCustomer(world, customerParams.parse(params))),
    updateCustomer: (id: string, changes: z.input<typeof metadataChanges>) =>
      customerShape(updateCustomer(world, id, metadataChanges.parse(changes))),

    createPaymentIntent: (params: z.input<typeof intentParams> = {}) =>
      intentShape(createOwnIntent(world, intentParams.parse(params))),
    confirmPaymentIntent: (id: string, params: z.input<typeof payParams> = {}) =>
      intentShape(confirmIntent(world, id, payParams.parse(params))),
    cancelPaymentIntent: (id: string, params: z.input<typeof momentParams> = {}) =>
      intentShape(cancelIntent(world, id, momentParams.parse(params))),
    /** `id` is a payment intent, or the invoice that it pays; its bank debit arrives. */
    settlePaymentIntent: (id: string, params: z.input<typeof momentParams> = {}) =>
      intentShape(settleIntent(world, id, momentParams.parse(params))),
    /** As above; the bank debit bounces. */
    failPaymentIntent: (id: string, params: z.input<typeof momentParams> = {}) =>
      intentShape(failIntent(world, id, momentParams.parse(params))),
    /** Makes the balance transaction of a payment that was made with `balance: 'later'`. */
    postBalance: (id: string, params: z.input<typeof momentParams> = {}) =>
      postBalance(world, id, momentParams.parse(params)),

    createInvoice: (params: z.input<typeof invoiceParams>) =>
      invoiceOf(createInvoice(world, invoiceParams.parse(params))),
    payInvoice: (id: string, params: z.input<typeof invoicePayParams> = {}) =>
      invoiceOf(payInvoice(world, id, invoicePayParams.parse(params))),
    /** Gives the invoice of the new period. */
    renewSubscription: (id: string, params: z.input<typeof renewalParams> = {}) =>
      invoiceOf(renewSubscription(world, id, renewalParams.parse(params))),
    updateSubscription: (id: string, changes: z.input<typeof metadataChanges>) =>
      subscriptionShape(updateSubscription(world, id, metadataChanges.parse(changes))),
    cancelSubscription: (id: string, params: z.input<typeof cancelParams> = {}) =>
      subscriptionShape(cancelSubscription(world, id, cancelParams.parse(params))),
  }
}
