import { createHmac } from 'node:crypto'

/** What a `Stripe-Signature` header is made of. `seconds` since 1970; test mode has a second, older scheme. */
type Signed = { body: string; secret: string; seconds: number; livemode: boolean }

/**
 * The header that Stripe sends along: `t=...,v1=...`, HMAC-SHA-256 of time, dot and body
 * (https://docs.stripe.com/webhooks/signature). Test events carry a worthless `v0` too.
 */
export function signatureHeader({ body, secret, seconds, livemode }: Signed): string {
  const text = `${seconds}.${body}`
  const v1 = createHmac('sha256', secret).update(text).digest('hex')
  const v0 = createHmac('sha256', `v0/${secret}`).update(text).digest('hex')
  return livemode ? `t=${seconds},v1=${v1}` : `t=${seconds},v1=${v1},v0=${v0}`
}
