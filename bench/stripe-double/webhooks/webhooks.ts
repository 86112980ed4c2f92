import type { z } from 'zod'
import type { EventRecord } from '../books/event-records.ts'
import { accountOf, type Book, bookOf, DoubleMisuse, type World } from '../books/world.ts'
import { eventShape } from '../objects/event-shape.ts'
import { webhookParams } from '../params.ts'
import type { Random } from '../random.ts'
import { createDeliveries, type Deliveries, type DeliveryTry, type Endpoint } from './deliveries.ts'

/** The double tells nobody beyond this machine. */
const ownHosts = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * The webhook endpoints of all accounts, and what they are told. Deliveries begin as soon as something
 * happens and end with `stop`.
 */
export function createWebhooks(world: World, { random, stop }: { random: Random; stop: AbortSignal }) {
  const endpoints = new Map<string, { endpoint: Endpoint; deliveries: Deliveries }>()
  /** Deleted endpoints too: what waits for them is still delivered. */
  const started: Deliveries[] = []
  world.listeners.push((book, event) => {
    for (const { endpoint, deliveries } of endpoints.values()) {
      if (endpoint.book === book && wants(endpoint, event.type)) deliveries.add(event)
    }
  })

  function write(book: Book, event: EventRecord): string {
    const pending = book.undelivered.get(event.id) ?? 0
    return JSON.stringify(eventShape(event, world.baseUrl(), pending), null, 2)
  }

  function create(params: z.output<typeof webhookParams>) {
    const { account, livemode, ...rest } = params
    if (!ownHosts.has(new URL(rest.url).hostname)) {
      throw new DoubleMisuse(`The double tells only this machine, not ${rest.url}.`)
    }
    const endpoint: Endpoint = {
      ...rest,
      id: `we_1${random.token(23)}`,
      secret: `whsec_${random.token(32)}`,
      book: bookOf(accountOf(world, account), livemode),
    }
    const deliveries = createDeliveries(endpoint, { write, now: world.now, random, stop })
    endpoints.set(endpoint.id, { endpoint, deliveries })
    started.push(deliveries)
    return { id: endpoint.id, secret: endpoint.secret, url: endpoint.url, enabled_events: endpoint.events }
  }

  function known(id: string) {
    const found = endpoints.get(id)
    if (!found) throw new DoubleMisuse(`The double has no webhook endpoint ${id}.`)
    return found
  }

  return {
    /** A new endpoint and its secret, `whsec_...`. */
    createWebhookEndpoint: (params: z.input<typeof webhookParams>) => create(webhookParams.parse(params)),
    /** From now on it hears of nothing new; what waits is still delivered. */
    deleteWebhookEndpoint: (id: string) => {
      known(id)
      endpoints.delete(id)
    },
    /** Every try so far, oldest first; the last 10,000 at least. */
    webhookDeliveries: (id: string): readonly DeliveryTry[] => known(id).deliveries.tries,
    /** Tells one event once more, whatever became of it before. */
    resendEvent: (id: string, event: string) => {
      const { endpoint, deliveries } = known(id)
      const record = endpoint.book.events.get(event)
      if (!record) throw new DoubleMisuse(`The double holds no ${event}.`)
      deliveries.resend(record)
    },
    /** Resolves when every endpoint has taken or finally refused everything. */
    webhooksSettled: async () => {
      await Promise.all(started.map((deliveries) => deliveries.settled()))
    },
    /** After `stop`: resolves when the last connection is gone. */
    webhooksClosed: async () => {
      await Promise.all(started.map((deliveries) => deliveries.closed()))
    },
  }
}

export type Webhooks = ReturnType<typeof createWebhooks>

function wants({ events }: Endpoint, type: string): boolean {
  return events.includes('*') || events.includes(type)
}
