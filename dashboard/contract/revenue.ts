import { z } from 'zod'
import { claimState, confidence } from '../../schema/payment/claim-state.ts'

/** An amount: minor units, ISO code, decimal. */
export const plainMoney = z.object({ amount: z.number().int(), currency: z.string(), value: z.number() })

/** An amount in the site's currency, with what other currencies brought, never added up. */
export const money = plainMoney.extend({ others: z.array(plainMoney).optional() })
export type Money = z.infer<typeof money>

/** `PUT /api/sites/:domain/revenue`. The key is tested with Stripe, then stored encrypted; it is never shown again. */
export const revenueBody = z.strictObject({
  provider: z.literal('stripe'),
  method: z.literal('payment_links'),
  secret_key: z.string().trim().min(1).max(300),
})

/** One finding of the diagnosis, in the order in which an owner would look. */
export const finding = z.object({
  check: z.enum(['key', 'script', 'redirect', 'claims', 'payments']),
  state: z.enum(['ok', 'waiting', 'bad']),
  title: z.string(),
  detail: z.string(),
  at: z.iso.datetime().nullable(),
})
export type Finding = z.infer<typeof finding>

/** `GET /api/sites/:domain/revenue`. */
export const revenueSettings = z.object({
  connection: z
    .object({
      provider: z.literal('stripe'),
      method: z.enum(['payment_links', 'api', 'webhook']),
      key_hint: z.string(),
      /** `restricted` is what we recommend; `secret` can do more than is needed. */
      key_kind: z.enum(['restricted', 'secret']),
      livemode: z.boolean(),
      connected_at: z.iso.datetime(),
      health: z.object({
        state: z.enum(['ok', 'key_rejected', 'permission_missing', 'rate_limited', 'unreachable', 'unknown']),
        detail: z.string(),
        checked_at: z.iso.datetime().nullable(),
      }),
    })
    .nullable(),
  /** The address to paste as a Payment Link's confirmation page. */
  redirect_url: z.string(),
  counts: z.object({ paid: z.number(), waiting: z.number(), refused: z.number() }),
  diagnosis: z.array(finding),
  support_contact: z.string().nullable(),
})
export type RevenueSettings = z.infer<typeof revenueSettings>

/** One claimed Checkout Session. */
export const claim = z.object({
  stripe_session_id: z.string(),
  /** `new` until the verifier has looked at it. */
  state: z.union([claimState, z.literal('new')]),
  reason: z.string(),
  first_claimed_at: z.iso.datetime(),
  next_attempt_at: z.iso.datetime().nullable(),
  attempts: z.number(),
  amount: plainMoney.nullable(),
  source: z.string(),
  entry_page: z.string(),
})
export type Claim = z.infer<typeof claim>

/** `GET /api/sites/:domain/claims?state=&cursor=`: newest first, 100 a page. */
export const claimPage = z.object({ claims: z.array(claim), next_cursor: z.string().nullable() })

/** One payment with what earned it. */
export const payment = z.object({
  payment_id: z.string(),
  charged_at: z.iso.datetime(),
  amount: plainMoney,
  livemode: z.boolean(),
  confidence,
  source: z.string(),
  channel: z.string(),
  entry_page: z.string(),
  country: z.string(),
  browser: z.string(),
  device: z.string(),
})
export type Payment = z.infer<typeof payment>

/** `GET /api/sites/:domain/payments?limit=`: newest first. `test` is true when they are of Stripe's test mode. */
export const paymentList = z.object({ payments: z.array(payment), test: z.boolean() })
