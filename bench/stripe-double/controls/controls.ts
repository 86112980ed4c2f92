import { z } from 'zod'
import { createSession, expireSession } from '../acts/checkout-sessions.ts'
import { failDelayed, settleDelayed } from '../acts/delayed.ts'
import { answerDispute, closeDispute, openDispute } from '../acts/disputes.ts'
import { createExpiry } from '../acts/expiry.ts'
import { createLink, updateLink } from '../acts/payment-links.ts'
import { pay } from '../acts/payments.ts'
import { failRefund, refund, settleRefund } from '../acts/refunds.ts'
import { createAccount, grant, restoreKey, revokeKey, withhold } from '../books/accounts.ts'
import { type Account, accountOf, bookOf, type World } from '../books/world.ts'
import { disputeShape, linkShape, refundShape } from '../objects/object-shapes.ts'
import { sessionShape } from '../objects/session-shape.ts'
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
} from '../params.ts'
import { createBillingControls } from './billing-controls.ts'
import { ledgerOf } from './ledger.ts'

export const ledgerParams = z.strictObject({
  livemode: z.boolean().default(false),
  timezone: z.string().default('UTC'),
})

/** An account as a test or the demo sees it: its name, its keys and where its money ends up. */
function accountView({ id, name, country, settles_in, keys }: Account) {
  return { id, name, country, settles_in, keys }
}

/**
 * The hands of the double: what merchants, buyers and banks do. Parameters are Stripe's names in snake_case;
 * times (`at`) are in ms, now when left out; results are the objects as the API would send them. An act that
 * cannot happen throws `DoubleMisuse`.
 */
export function createControls(world: World) {
  const expiry = createExpiry(world)
  const session = (record: Parameters<typeof sessionShape>[0]) => sessionShape(record, world.baseUrl())

  return {
    ...createBillingControls(world),
    /** Expires what is due; every request does that first. */
    sweepExpired: expiry.sweep,
    listAccounts: () => [...world.accounts.values()].map(accountView),
    createAccount: (params: z.input<typeof accountParams>) =>
      accountView(createAccount(world, accountParams.parse(params))),
    revokeKey: (key: string) => revokeKey(world, key),
    restoreKey: (key: string) => restoreKey(world, key),
    /** Allows a restricted key more than Revtrail asks for. */
    grantPermissions: (key: string, permissions: readonly string[]) => grant(world, key, permissions),
    /** Takes permissions such as `rak_charge_read` away from a key; an empty list gives all back. */
    withholdPermissions: (key: string, permissions: readonly string[]) => withhold(world, key, permissions),

    createPaymentLink: (params: z.input<typeof linkParams> = {}) =>
      linkShape(createLink(world, linkParams.parse(params))),
    updatePaymentLink: (id: string, changes: z.input<typeof linkChanges>) =>
      linkShape(updateLink(world, id, linkChanges.parse(changes))),

    createCheckoutSession: (params: z.input<typeof sessionParams> = {}) => {
      const record = createSession(world, sessionParams.parse(params))
      expiry.watch(record)
      return session(record)
    },
    pay: (id: string, params: z.input<typeof payParams> = {}) =>
      session(pay(world, id, payParams.parse(params))),
    settleDelayed: (id: string, params: z.input<typeof momentParams> = {}) =>
      session(settleDelayed(world, id, momentParams.parse(params))),
    failDelayed: (id: string, params: z.input<typeof momentParams> = {}) =>
      session(failDelayed(world, id, momentParams.parse(params))),
    expire: (id: string, params: z.input<typeof momentParams> = {}) =>
      session(expireSession(world, id, momentParams.parse(params).at)),

    /** `id` is the session, the invoice, the payment intent or the charge. */
    refund: (id: string, params: z.input<typeof refundParams> = {}) =>
      refundShape(refund(world, id, refundParams.parse(params))),
    settleRefund: (id: string, params: z.input<typeof momentParams> = {}) =>
      refundShape(settleRefund(world, id, momentParams.parse(params))),
    failRefund: (id: string, params: z.input<typeof momentParams> = {}) =>
      refundShape(failRefund(world, id, momentParams.parse(params))),
    /** `id` is the session, the invoice, the payment intent or the charge. */
    openDispute: (id: string, params: z.input<typeof disputeParams> = {}) =>
      disputeShape(openDispute(world, id, disputeParams.parse(params))),
    answerDispute: (id: string, params: z.input<typeof momentParams> = {}) =>
      disputeShape(answerDispute(world, id, momentParams.parse(params))),
    closeDispute: (id: string, params: z.input<typeof disputeOutcome>) =>
      disputeShape(closeDispute(world, id, disputeOutcome.parse(params))),

    /** What the account really earned; see `Ledger`. */
    ledger: (account: string, params: z.input<typeof ledgerParams> = {}) => {
      const { livemode, timezone } = ledgerParams.parse(params)
      return ledgerOf(bookOf(accountOf(world, account), livemode), timezone)
    },
  }
}

export type Controls = ReturnType<typeof createControls>
