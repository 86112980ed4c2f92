import { once } from 'node:events'
import { createServer } from 'node:http'
import { createFaults } from './api/faults.ts'
import { createRateLimit, type Limits } from './api/rate-limit.ts'
import { createRequestLog } from './api/request-log.ts'
import { createAccount } from './books/accounts.ts'
import type { World } from './books/world.ts'
import { createActs } from './controls/control-http.ts'
import { createControls } from './controls/controls.ts'
import { accountParams } from './params.ts'
import { createRandom } from './random.ts'
import { createServing } from './serving.ts'
import { createWebhooks } from './webhooks/webhooks.ts'

export type StripeDoubleOptions = {
  /** 0 or none: any free port. */
  port?: number
  /** ms since 1970; every `created` comes from it. */
  now?: () => number
  /** The same seed gives the same ids and keys. */
  seed?: string | number
  limits?: Limits
}

/**
 * Starts a stateful stand-in for Stripe on loopback: the API under `/v1/`, the hosted pages under `/pay/` and
 * `/c/pay/`, and the controls under `/_double/`. It begins with two accounts, one in US dollars and one in
 * euros, each with a restricted and a secret key in both modes, and nothing in them.
 */
export async function startStripeDouble(options: StripeDoubleOptions = {}) {
  const { port = 0, now = Date.now, seed = 'revtrail', limits = {} } = options
  let url = ''
  const world: World = {
    now,
    random: createRandom(seed),
    accounts: new Map(),
    keys: new Map(),
    baseUrl: () => url,
    listeners: [],
  }
  createAccount(world, accountParams.parse({ name: 'Trail Supply Co.' }))
  createAccount(world, accountParams.parse({ name: 'Nordlicht Lampen', country: 'DE', settles_in: ['eur'] }))
  const faults = createFaults(createRandom(`${seed}/faults`), now)
  const log = createRequestLog()
  const controls = createControls(world)
  const stop = new AbortController()
  const webhooks = createWebhooks(world, { random: createRandom(`${seed}/webhooks`), stop: stop.signal })
  const admit = createRateLimit(limits)
  const acts = createActs({ controls, webhooks, faults, log })
  const server = createServer(createServing({ world, controls, acts, faults, log, admit, stop: stop.signal }))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('The double has no port.')
  url = `http://127.0.0.1:${bound.port}`

  const { listAccounts, ...hands } = controls
  const { webhooksClosed, ...ears } = webhooks
  return {
    ...hands,
    ...ears,
    url,
    port: bound.port,
    /** The accounts it began with, and those that were created since. */
    get accounts() {
      return listAccounts()
    },
    /** Every call to the API so far, oldest first. */
    requests: log.entries,
    faults,
    async close() {
      stop.abort()
      await webhooksClosed()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

export type StripeDouble = Awaited<ReturnType<typeof startStripeDouble>>
