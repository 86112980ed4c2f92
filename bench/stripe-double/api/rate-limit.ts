import type { RateLimitReason } from './stripe-answers.ts'

/** Requests per second and account; Stripe's own by default. `clock` in ms, monotonic. */
export type Limits = {
  testRate?: number
  liveRate?: number
  /** Each named endpoint, in either mode: all `GET /v1/checkout/sessions/{id}` share one. */
  endpointRate?: number
  globalConcurrency?: number
  endpointConcurrency?: number
  clock?: () => number
}

/** Whom a request counts against. */
export type Caller = { account: string; livemode: boolean; endpoint: string }

export type Admission = { leave: () => void } | { reason: RateLimitReason }

/** A bucket that holds one second's worth and fills evenly. */
function createBucket(rate: number, clock: () => number) {
  let tokens = rate
  let filledAt = clock()
  return {
    has() {
      const now = clock()
      tokens = Math.min(rate, tokens + (Math.max(0, now - filledAt) / 1000) * rate)
      filledAt = now
      return tokens >= 1
    },
    take() {
      tokens -= 1
    },
  }
}

/**
 * Stripe's limiters (https://docs.stripe.com/rate-limits): a token bucket per account and mode, one per
 * endpoint, and optional limits of requests in flight. A refused request takes no token.
 */
export function createRateLimit(limits: Limits): (caller: Caller) => Admission {
  const { testRate = 25, liveRate = 100, endpointRate = 25, clock = () => performance.now() } = limits
  const { globalConcurrency = Number.POSITIVE_INFINITY, endpointConcurrency = Number.POSITIVE_INFINITY } =
    limits
  const buckets = new Map<string, ReturnType<typeof createBucket>>()
  const inFlight = new Map<string, number>()

  function bucket(name: string, rate: number) {
    const known = buckets.get(name) ?? createBucket(rate, clock)
    buckets.set(name, known)
    return known
  }

  function count(name: string, change: 1 | -1) {
    inFlight.set(name, (inFlight.get(name) ?? 0) + change)
  }

  return ({ account, livemode, endpoint }) => {
    const whole = `${account}/${livemode}`
    const part = `${whole}/${endpoint}`
    const global = bucket(whole, livemode ? liveRate : testRate)
    const single = bucket(part, endpointRate)
    if (!global.has()) return { reason: 'global-rate' }
    if (!single.has()) return { reason: 'endpoint-rate' }
    if ((inFlight.get(whole) ?? 0) >= globalConcurrency) return { reason: 'global-concurrency' }
    if ((inFlight.get(part) ?? 0) >= endpointConcurrency) return { reason: 'endpoint-concurrency' }
    global.take()
    single.take()
    count(whole, 1)
    count(part, 1)
    return {
      leave: () => {
        count(whole, -1)
        count(part, -1)
      },
    }
  }
}
