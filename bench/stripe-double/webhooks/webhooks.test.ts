import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type Stripe from 'stripe'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { doubleForTests, noon } from '../double-for-tests.ts'

type Fixture = Awaited<ReturnType<typeof doubleForTests>>
type Heard = { body: Buffer; signature: string }

let fixture: Fixture
let stripe: Stripe
let shop: Awaited<ReturnType<typeof openShop>>

/** An owner's server: it answers with the statuses it was given, then 200; `null` never answers. */
async function openShop() {
  const heard: Heard[] = []
  const answers: (number | null)[] = []
  const server = createServer(async (request, response) => {
    heard.push({ body: await buffer(request), signature: String(request.headers['stripe-signature']) })
    const status = answers.length > 0 ? answers.shift() : 200
    if (status) response.writeHead(status).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('The shop has no port.')
  return {
    url: `http://127.0.0.1:${bound.port}/api/stripe/webhook/shop.example`,
    heard,
    answers,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

beforeEach(async () => {
  fixture = await doubleForTests()
  shop = await openShop()
  stripe = fixture.client(fixture.account.keys.test.secret)
})
afterEach(async () => {
  await fixture.double.close()
  await shop.close()
})

const sell = () => fixture.double.pay(fixture.double.createCheckoutSession().id)

/** The event of a delivery, as stripe-node reads it when the signature is right. */
function verified({ body, signature }: Heard, secret: string, at = noon): Stripe.Event {
  return stripe.webhooks.constructEvent(body, signature, secret, undefined, undefined, at)
}

describe('a webhook endpoint', () => {
  it('hears of what it asked for, signed as Stripe signs', async () => {
    const { id, secret } = fixture.double.createWebhookEndpoint({
      url: shop.url,
      events: ['checkout.session.completed', 'charge.refunded'],
    })
    const session = sell()
    fixture.double.refund(session.id, { amount: 100 })
    await fixture.double.webhooksSettled()
    const events = shop.heard.map((delivery) => verified(delivery, secret))
    expect(events.map(({ type }) => type)).toEqual(['checkout.session.completed', 'charge.refunded'])
    expect(events[0]).toMatchObject({ livemode: false, data: { object: { id: session.id } } })
    const listed = await stripe.events.retrieve(events[0]?.id ?? '')
    expect(listed.data).toEqual(events[0]?.data)
    expect(fixture.double.webhookDeliveries(id)).toMatchObject([
      { event: events[0]?.id, attempt: 1, status: 200 },
      { type: 'charge.refunded', status: 200 },
    ])
  })

  it('can tell a forgery, and an old delivery', async () => {
    const { secret } = fixture.double.createWebhookEndpoint({ url: shop.url })
    sell()
    await fixture.double.webhooksSettled()
    const [delivery = { body: Buffer.alloc(0), signature: '' }] = shop.heard
    expect(delivery.signature).toMatch(/^t=\d+,v1=[0-9a-f]{64},v0=[0-9a-f]{64}$/)
    expect(() => verified(delivery, `${secret}x`)).toThrow('No signatures found')
    const changed = { ...delivery, body: Buffer.concat([delivery.body, Buffer.from(' ')]) }
    expect(() => verified(changed, secret)).toThrow('No signatures found')
    expect(() => verified(delivery, secret, noon + 301_000)).toThrow('outside the tolerance')
  })

  it('hears nothing of the other mode and the other account', async () => {
    fixture.double.createWebhookEndpoint({ url: shop.url, livemode: true })
    fixture.double.createWebhookEndpoint({ url: shop.url, account: fixture.euroAccount.id })
    sell()
    await fixture.double.webhooksSettled()
    expect(shop.heard).toEqual([])
  })

  it('is told again after a failure, with a new signature for the same event', async () => {
    const { id, secret } = fixture.double.createWebhookEndpoint({
      url: shop.url,
      events: ['checkout.session.completed'],
      retry_delays_ms: [0, 0],
      timeout_ms: 200,
    })
    shop.answers.push(500, null)
    sell()
    await fixture.double.webhooksSettled()
    expect(fixture.double.webhookDeliveries(id).map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 500],
      [2, null],
      [3, 200],
    ])
    expect(new Set(shop.heard.map((delivery) => verified(delivery, secret).id)).size).toBe(1)
  })

  it('is given up on, which the event list shows', async () => {
    const events = ['charge.succeeded', 'checkout.session.completed']
    const { id } = fixture.double.createWebhookEndpoint({ url: shop.url, events, retry_delays_ms: [] })
    shop.answers.push(404, 200)
    sell()
    await fixture.double.webhooksSettled()
    const failed = await stripe.events.list({ delivery_success: false })
    expect(failed.data).toMatchObject([{ pending_webhooks: 1 }])
    const [undelivered] = failed.data
    fixture.double.resendEvent(id, undelivered?.id ?? '')
    await fixture.double.webhooksSettled()
    expect(shop.heard).toHaveLength(3)
    expect((await stripe.events.list({ delivery_success: false })).data).toEqual([])
  })

  it('may hear things twice and in any order', async () => {
    const { secret } = fixture.double.createWebhookEndpoint({
      url: shop.url,
      events: ['checkout.session.completed'],
      order: 'shuffled',
      duplicates: 1,
    })
    const sold = Array.from({ length: 24 }, () => sell().id)
    await fixture.double.webhooksSettled()
    const ids = shop.heard.map((delivery) => {
      const { data } = verified(delivery, secret)
      return 'id' in data.object ? data.object.id : ''
    })
    expect(ids.toSorted()).toEqual([...sold, ...sold].toSorted())
    const firsts = [...new Set(ids)]
    expect(firsts).not.toEqual(sold)
  })

  it('is only told on this machine', () => {
    expect(() => fixture.double.createWebhookEndpoint({ url: 'https://shop.example/hook' })).toThrow(
      'only this machine',
    )
  })

  it('hears nothing new after it was deleted', async () => {
    const { id } = fixture.double.createWebhookEndpoint({ url: shop.url })
    fixture.double.deleteWebhookEndpoint(id)
    sell()
    await fixture.double.webhooksSettled()
    expect(shop.heard).toEqual([])
  })
})

it('closes while deliveries hang and wait', async () => {
  fixture.double.createWebhookEndpoint({ url: shop.url })
  shop.answers.push(...Array.from({ length: 100 }, () => null), 500)
  for (let count = 0; count < 20; count += 1) sell()
  const settled = fixture.double.webhooksSettled()
  await fixture.double.close()
  await settled
  fixture = await doubleForTests()
})
