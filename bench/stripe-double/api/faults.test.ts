import Stripe from 'stripe'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clientFor, doubleForTests, noon, refusalOf } from '../double-for-tests.ts'

type Fixture = Awaited<ReturnType<typeof doubleForTests>>
let fixture: Fixture
let stripe: Stripe
let id: string

beforeEach(async () => {
  fixture = await doubleForTests()
  stripe = clientFor(fixture.double, fixture.account.keys.test.restricted)
  id = fixture.double.createCheckoutSession().id
})
afterEach(() => fixture.double.close())

const read = () => stripe.checkout.sessions.retrieve(id)

describe('faults', () => {
  it.each(['global-rate', 'endpoint-rate', 'resource-specific'] as const)('429 %s', async (reason) => {
    fixture.double.faults.set({ kind: 'rate_limit', reason, retry_after: 7 })
    const refusal = await refusalOf(read())
    expect(refusal).toMatchObject({ statusCode: 429, code: 'rate_limit' })
    expect(refusal.headers).toMatchObject({ 'stripe-rate-limited-reason': reason, 'retry-after': '7' })
  })

  it('an object lock is a 429 without a reason', async () => {
    fixture.double.faults.set({ kind: 'lock_timeout' })
    const refusal = await refusalOf(read())
    expect(refusal).toMatchObject({ statusCode: 429, code: 'lock_timeout' })
    expect(refusal.headers).not.toHaveProperty('stripe-rate-limited-reason')
  })

  it.each([500, 503])('%i', async (status) => {
    fixture.double.faults.set({ kind: 'server_error', status })
    expect(await refusalOf(read())).toMatchObject({ statusCode: status, type: 'StripeAPIError' })
  })

  it('a key that is refused for a while, or lacks a permission, also on lists', async () => {
    const calls = [
      read,
      () => stripe.refunds.list(),
      () => stripe.events.list({ types: ['charge.refunded'] }),
    ]
    const refused = fixture.double.faults.set({ kind: 'unauthorized' })
    for (const call of calls) {
      expect(await refusalOf(call())).toBeInstanceOf(Stripe.errors.StripeAuthenticationError)
    }
    fixture.double.faults.clear(refused)
    fixture.double.faults.set({ kind: 'forbidden', permission: 'rak_event_read' })
    for (const call of calls) {
      const refusal = await refusalOf(call())
      expect(refusal).toBeInstanceOf(Stripe.errors.StripePermissionError)
      expect(refusal.message).toContain(`'rak_event_read' permission`)
    }
  })

  it.each(['rate_limit', 'lock_timeout', 'server_error', 'html', 'reset'] as const)(
    '%s on a list',
    async (kind) => {
      fixture.double.faults.set({ kind, calls: 'lists' })
      expect(await refusalOf(stripe.checkout.sessions.list())).toBeInstanceOf(Stripe.errors.StripeError)
      await expect(read()).resolves.toMatchObject({ id })
      expect(fixture.double.requests.map(({ fault, status }) => [fault, status])).toEqual([
        [kind, expect.any(Number)],
        [null, 200],
      ])
    },
  )

  it('wrong objects in a list', async () => {
    fixture.double.faults.set({ kind: 'wrong_id', calls: 'lists' })
    const { data } = await stripe.checkout.sessions.list()
    expect(data.map((session) => session.id)).not.toContain(id)
  })

  it('a hang ends with the client, and is logged without a status', async () => {
    fixture.double.faults.set({ kind: 'hang' })
    const impatient = stripe.checkout.sessions.retrieve(id, {}, { timeout: 50 })
    expect(await refusalOf(impatient)).toBeInstanceOf(Stripe.errors.StripeConnectionError)
    expect(fixture.double.requests.map(({ status }) => status)).toContain(null)
  })

  it('a reset comes in the middle of the body', async () => {
    fixture.double.faults.set({ kind: 'reset' })
    const url = `${fixture.double.url}/v1/checkout/sessions/${id}`
    const headers = { authorization: `Bearer ${fixture.account.keys.test.restricted}` }
    const response = await fetch(url, { headers })
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
    expect(await refusalOf(read())).toBeInstanceOf(Stripe.errors.StripeConnectionError)
  })

  it('the object of somebody else', async () => {
    fixture.double.faults.set({ kind: 'wrong_id' })
    const session = await read()
    expect(session.id).not.toBe(id)
    expect(session.id).toMatch(/^cs_test_a1\w{56}$/)
  })

  it('a page instead of an object', async () => {
    fixture.double.faults.set({ kind: 'html' })
    expect((await refusalOf(read())).message).toContain('Invalid JSON')
  })

  it('a slow answer is a right one', async () => {
    fixture.double.faults.set({ kind: 'slow', delay_ms: 20 })
    await expect(read()).resolves.toMatchObject({ id })
  })
})

describe('a fault hits', () => {
  async function outcomes(count: number) {
    const seen: string[] = []
    for (let index = 0; index < count; index += 1) {
      seen.push(
        await read().then(
          () => '.',
          () => 'x',
        ),
      )
    }
    return seen.join('')
  }

  it('as often as it says, after those it skips', async () => {
    fixture.double.faults.set({ kind: 'server_error', skip: 1, times: 2 })
    expect(await outcomes(5)).toBe('.xx..')
  })

  it('only its path and its account', async () => {
    fixture.double.faults.set({ kind: 'server_error', path: '/v1/events' })
    fixture.double.faults.set({ kind: 'server_error', account: fixture.euroAccount.id })
    expect(await outcomes(2)).toBe('..')
  })

  it('while its storm lasts', async () => {
    fixture.double.faults.set({
      kind: 'rate_limit',
      from: noon + 1000,
      until: noon + 2000,
      calls: 'retrieves',
    })
    expect(await outcomes(1)).toBe('.')
    fixture.pass(1000)
    expect(await outcomes(2)).toBe('xx')
    fixture.pass(1000)
    expect(await outcomes(1)).toBe('.')
  })

  it('by a chance that repeats with the seed', async () => {
    fixture.double.faults.set({ kind: 'server_error', probability: 0.5 })
    const first = await outcomes(24)
    expect(first).toMatch(/x/)
    expect(first).toMatch(/\./)
    await fixture.double.close()
    fixture = await doubleForTests()
    stripe = clientFor(fixture.double, fixture.account.keys.test.restricted)
    id = fixture.double.createCheckoutSession().id
    fixture.double.faults.set({ kind: 'server_error', probability: 0.5 })
    expect(await outcomes(24)).toBe(first)
  })

  it('until it is cleared', async () => {
    const name = fixture.double.faults.set({ kind: 'server_error' })
    expect(await outcomes(1)).toBe('x')
    expect(fixture.double.faults.list()).toMatchObject([{ id: name, seen: 1, hits: 1 }])
    fixture.double.faults.clear(name)
    expect(await outcomes(1)).toBe('.')
  })
})

it('closes while requests hang', async () => {
  fixture.double.faults.set({ kind: 'hang' })
  const hanging = refusalOf(read())
  await vi.waitFor(() => expect(fixture.double.requests).toHaveLength(1))
  await fixture.double.close()
  expect(await hanging).toBeInstanceOf(Stripe.errors.StripeConnectionError)
  fixture = await doubleForTests()
})
