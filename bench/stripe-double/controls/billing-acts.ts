import { z } from 'zod'
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
import { type Act, act } from './act.ts'
import type { Controls } from './controls.ts'

const ofIntent = { payment_intent: z.string() }
const ofSubscription = { subscription: z.string() }

/** The acts of `billing-controls.ts`, by their names below `/_double/`. */
export function createBillingActs(controls: Controls): [string, Act][] {
  return [
    ['create_customer', act(customerParams, (params) => controls.createCustomer(params))],
    [
      'update_customer',
      act(metadataChanges.extend({ customer: z.string() }), ({ customer, ...rest }) =>
        controls.updateCustomer(customer, rest),
      ),
    ],
    ['create_payment_intent', act(intentParams, (params) => controls.createPaymentIntent(params))],
    [
      'confirm_payment_intent',
      act(payParams.extend(ofIntent), ({ payment_intent, ...rest }) =>
        controls.confirmPaymentIntent(payment_intent, rest),
      ),
    ],
    [
      'cancel_payment_intent',
      act(momentParams.extend(ofIntent), ({ payment_intent, ...rest }) =>
        controls.cancelPaymentIntent(payment_intent, rest),
      ),
    ],
    [
      'settle_payment_intent',
      act(momentParams.extend(ofIntent), ({ payment_intent, ...rest }) =>
        controls.settlePaymentIntent(payment_intent, rest),
      ),
    ],
    [
      'fail_payment_intent',
      act(momentParams.extend(ofIntent), ({ payment_intent, ...rest }) =>
        controls.failPaymentIntent(payment_intent, rest),
      ),
    ],
    [
      'post_balance',
      act(momentParams.extend({ payment: z.string() }), ({ payment, ...rest }) =>
        controls.postBalance(payment, rest),
      ),
    ],
    ['create_invoice', act(invoiceParams, (params) => controls.createInvoice(params))],
    [
      'pay_invoice',
      act(invoicePayParams.extend({ invoice: z.string() }), ({ invoice, ...rest }) =>
        controls.payInvoice(invoice, rest),
      ),
    ],
    [
      'renew_subscription',
      act(renewalParams.extend(ofSubscription), ({ subscription, ...rest }) =>
        controls.renewSubscription(subscription, rest),
      ),
    ],
    [
      'update_subscription',
      act(metadataChanges.extend(ofSubscription), ({ subscription, ...rest }) =>
        controls.updateSubscription(subscription, rest),
      ),
    ],
    [
      'cancel_subscription',
      act(cancelParams.extend(ofSubscription), ({ subscription, ...rest }) =>
        controls.cancelSubscription(subscription, rest),
      ),
    ],
  ]
}
