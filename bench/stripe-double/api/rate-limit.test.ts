import Stripe from 'stripe'
import { afterEach, describe, expect, it } from 'vitest'
import { doubleForTests } from '../double-for-tests.ts'

type Fixture = Awaited<ReturnType<typeof doubleForTests>>
let fixture: Fixture
let elapsed = 0

afterEach(() => fixture.double.close())

async function open(limits: Record<string, number> = {}) {
  elapsed = 0
  fixture = await doubleForTests({ limits: { ...limits, clock: () => elapsed } })
}

/** How many of `count` calls at once went through, and why the others did not. */
async function burst(stripe: Stripe, count: number, path: 'sessions' | 'both' = 'sessions') {
  const calls = Array.from({ length: count }, (_, index) =>
    path === 'both' && index % 2 === 1
      ? stripe.refunds.list({ limit: 1 })
      : stripe.checkout.sessions.list({ limit: 1 }),
  )
  const reasons = new Map<string, number>()
  let passed = 0
  for (const result of await Promise.allSettled(calls)) {
    if (result.status === 'fulfilled') passed += 1
    else {
      expect(result.reason).toBeInstanceOf(Stripe.errors.StripeRateLimitError)
      const reason = String(result.reason.headers['stripe-rate-limited-reason'])
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
  }
  return { passed, refused: Object.fromEntries(reasons) }
}

describe('limits', () => {
  it('let 25 test requests a second through, then say why not', async () => {
    await open()
    const stripe = fixture.client(fixture.account.keys.test.restricted)
    expect(await burst(stripe, 30)).toEqual({ passed: 25, refused: { 'global-rate': 5 } })
    elapsed += 200
    expect(await burst(stripe, 10)).toEqual({ passed: 5, refused: { 'global-rate': 5 } })
    elapsed += 60_000
    expect(await burst(stripe, 30)).toMatchObject({ passed: 25 })
  })

  it('limit each endpoint of a live account, which has four times as much in all', async () => {
    await open()
    const stripe = fixture.client(fixture.account.keys.live.restricted)
    expect(await burst(stripe, 60, 'both')).toEqual({ passed: 50, refused: { 'endpoint-rate': 10 } })
  })

  it('count each account for itself', async () => {
    await open({ testRate: 2 })
    const [mine, other] = [fixture.account, fixture.euroAccount].map(({ keys }) => keys.test.restricted)
    expect(await burst(fixture.client(mine ?? ''), 4)).toMatchObject({ passed: 2 })
    expect(await burst(fixture.client(other ?? ''), 4)).toMatchObject({ passed: 2 })
  })

  it('can hold down requests in flight', async () => {
    await open({ endpointConcurrency: 1 })
    const stripe = fixture.client(fixture.account.keys.test.restricted)
    fixture.double.faults.set({ kind: 'slow', delay_ms: 150, times: 1 })
    expect(await burst(stripe, 3)).toEqual({ passed: 1, refused: { 'endpoint-concurrency': 2 } })
    expect(await burst(stripe, 1)).toMatchObject({ passed: 1 })
  })
})
