import Stripe from 'stripe'
import { z } from 'zod'
import { scrubSecrets } from '../../schema/process/logger.ts'

/** Why Stripe slowed us down: its `Stripe-Rate-Limited-Reason`, or a lock on one object. */
const rateLimitReason = z.enum([
  'global-rate',
  'endpoint-rate',
  'global-concurrency',
  'endpoint-concurrency',
  'resource-specific',
  'lock_timeout',
])

/** What can go wrong with any request. `message` is Stripe's own, fit for the owner; `retry_after_ms` if it was said. */
export type Trouble =
  | { kind: 'key_rejected'; message: string }
  | { kind: 'permission_missing'; message: string }
  | {
      kind: 'rate_limited'
      reason: z.infer<typeof rateLimitReason> | 'unknown'
      retry_after_ms: number | null
    }
  | { kind: 'unavailable'; why: string }

/** Sorts whatever a call threw. Unknown failures count as unavailable: they are asked again and never counted as paid. */
export function troubleOf(error: unknown): Trouble {
  const { errors } = Stripe
  if (error instanceof errors.StripeAuthenticationError)
    return { kind: 'key_rejected', message: forOwner(error.message) }
  if (error instanceof errors.StripePermissionError)
    return { kind: 'permission_missing', message: forOwner(error.message) }
  if (error instanceof errors.StripeRateLimitError) return rateLimited(error)
  // Stripe's limit of depth, or a field that became unexpandable: what is asked with less still gets an answer.
  if (error instanceof errors.StripeInvalidRequestError && /\bexpand/.test(`${error.param} ${error.message}`))
    return { kind: 'permission_missing', message: forOwner(error.message) }
  if (error instanceof errors.StripeConnectionError)
    return { kind: 'unavailable', why: /timeout/.test(error.message) ? 'no answer in time' : 'no connection' }
  if (error instanceof errors.StripeError && error.statusCode)
    return { kind: 'unavailable', why: `an error with status ${error.statusCode}` }
  if (error instanceof errors.StripeError)
    return { kind: 'unavailable', why: 'an answer that is not from the API' }
  return { kind: 'unavailable', why: 'no usable answer' }
}

const headers = z
  .object({ 'stripe-rate-limited-reason': z.string().optional(), 'retry-after': z.string().optional() })
  .catch({})

function rateLimited(error: InstanceType<typeof Stripe.errors.StripeRateLimitError>): Trouble {
  const told = headers.parse(error.headers)
  const reason = rateLimitReason
    .or(z.literal('unknown'))
    .catch('unknown')
    .parse(error.code === 'lock_timeout' ? 'lock_timeout' : told['stripe-rate-limited-reason'])
  const seconds = Number(told['retry-after'])
  return { kind: 'rate_limited', reason, retry_after_ms: seconds > 0 ? seconds * 1000 : null }
}

/** Stripe's own words, without anything like a key, short enough to show. */
function forOwner(message: string): string {
  return scrubSecrets(message).slice(0, 400)
}
