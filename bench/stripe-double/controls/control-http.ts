import { z } from 'zod'
import { type Faults, faultRule } from '../api/faults.ts'
import type { RequestLog } from '../api/request-log.ts'
import type { Answer } from '../api/stripe-answers.ts'
import { DoubleMisuse } from '../books/world.ts'
import {
  accountParams,
  disputeOutcome,
  disputeParams,
  linkChanges,
  linkParams,
  momentParams,
  payParams,
  refundParams,
  sessionParams,
  webhookParams,
} from '../params.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { type Act, act } from './act.ts'
import { createBillingActs } from './billing-acts.ts'
import type { Controls } from './controls.ts'
import { ledgerParams } from './controls.ts'

type Parts = { controls: Controls; webhooks: Webhooks; faults: Faults; log: RequestLog }

const nothing = z.strictObject({})
const ofEndpoint = z.strictObject({ endpoint: z.string() })
const key = z.strictObject({ key: z.string() })
const ofSession = { session: z.string() }
const ofRefund = { refund: z.string() }
/** A session, an invoice, a payment intent or a charge. */
const ofPayment = { payment: z.string() }
const permissions = z.strictObject({ key: z.string(), permissions: z.array(z.string()) })

/**
 * The controls over HTTP, for the demo and for browser tests in another process: `POST /_double/<act>` with a
 * JSON object; the answer is `{ "result": ... }` or `{ "error": "..." }`.
 */
export function createActs({ controls, webhooks, faults, log }: Parts): ReadonlyMap<string, Act> {
  return new Map<string, Act>([
    ...createBillingActs(controls),
    ['accounts', act(nothing, () => controls.listAccounts())],
    ['create_account', act(accountParams, (params) => controls.createAccount(params))],
    ['revoke_key', act(key, (params) => controls.revokeKey(params.key))],
    ['restore_key', act(key, (params) => controls.restoreKey(params.key))],
    ['withhold_permissions', act(permissions, (of) => controls.withholdPermissions(of.key, of.permissions))],
    ['grant_permissions', act(permissions, (of) => controls.grantPermissions(of.key, of.permissions))],
    ['create_payment_link', act(linkParams, (params) => controls.createPaymentLink(params))],
    [
      'update_payment_link',
      act(linkChanges.extend({ payment_link: z.string() }), ({ payment_link, ...changes }) =>
        controls.updatePaymentLink(payment_link, changes),
      ),
    ],
    ['create_checkout_session', act(sessionParams, (params) => controls.createCheckoutSession(params))],
    ['pay', act(payParams.extend(ofSession), ({ session, ...rest }) => controls.pay(session, rest))],
    [
      'settle_delayed',
      act(momentParams.extend(ofSession), ({ session, ...rest }) => controls.settleDelayed(session, rest)),
    ],
    [
      'fail_delayed',
      act(momentParams.extend(ofSession), ({ session, ...rest }) => controls.failDelayed(session, rest)),
    ],
    ['expire', act(momentParams.extend(ofSession), ({ session, ...rest }) => controls.expire(session, rest))],
    ['refund', act(refundParams.extend(ofPayment), ({ payment, ...rest }) => controls.refund(payment, rest))],
    [
      'settle_refund',
      act(momentParams.extend(ofRefund), ({ refund, ...rest }) => controls.settleRefund(refund, rest)),
    ],
    [
      'fail_refund',
      act(momentParams.extend(ofRefund), ({ refund, ...rest }) => controls.failRefund(refund, rest)),
    ],
    [
      'open_dispute',
      act(disputeParams.extend(ofPayment), ({ payment, ...rest }) => controls.openDispute(payment, rest)),
    ],
    [
      'answer_dispute',
      act(momentParams.extend({ dispute: z.string() }), ({ dispute, ...rest }) =>
        controls.answerDispute(dispute, rest),
      ),
    ],
    [
      'close_dispute',
      act(disputeOutcome.extend({ dispute: z.string() }), ({ dispute, ...rest }) =>
        controls.closeDispute(dispute, rest),
      ),
    ],
    [
      'ledger',
      act(ledgerParams.extend({ account: z.string() }), ({ account, ...rest }) =>
        controls.ledger(account, rest),
      ),
    ],
    ['create_webhook_endpoint', act(webhookParams, (params) => webhooks.createWebhookEndpoint(params))],
    ['delete_webhook_endpoint', act(ofEndpoint, ({ endpoint }) => webhooks.deleteWebhookEndpoint(endpoint))],
    ['webhook_deliveries', act(ofEndpoint, ({ endpoint }) => webhooks.webhookDeliveries(endpoint))],
    [
      'resend_event',
      act(ofEndpoint.extend({ event: z.string() }), ({ endpoint, event }) =>
        webhooks.resendEvent(endpoint, event),
      ),
    ],
    ['set_fault', act(faultRule, (rule) => faults.set(rule))],
    [
      'clear_faults',
      act(z.strictObject({ fault: z.string().optional() }), ({ fault }) => faults.clear(fault)),
    ],
    ['faults', act(nothing, () => faults.list())],
    ['requests', act(nothing, () => log.entries)],
    ['clear_requests', act(nothing, () => log.clear())],
  ])
}

/** Runs one act: 200 with its result, 400 for bad parameters, 404 for an unknown act, 409 for an impossible one. */
export function answerControl(acts: ReadonlyMap<string, Act>, name: string, body: string): Answer {
  const run = acts.get(name)
  if (!run) return { status: 404, body: { error: `No act ${name}.`, acts: [...acts.keys()] } }
  try {
    return { status: 200, body: { result: run(parseJson(body)) ?? null } }
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 400, body: { error: z.prettifyError(error) } }
    if (error instanceof DoubleMisuse) return { status: 409, body: { error: error.message } }
    throw error
  }
}

function parseJson(text: string): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text)
  } catch {
    throw new z.ZodError([{ code: 'custom', path: [], message: 'The body is not JSON.', input: text }])
  }
}
