import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { AccountQueue, type QueueOptions } from './account-queue.ts'
import { type Connection, openKey } from './connections.ts'
import { OpenConnection } from './open-connection.ts'
import type { ReadLedger } from './read-ledger.ts'
import { createStripeApi } from './stripe-api.ts'

export type RegistryOptions = {
  masterKey: Buffer
  stripe: { base: string; timeoutMs: number }
  /** Requests per second and account. */
  rates: { live: number; test: number }
  queue: Omit<QueueOptions, 'rate'>
  retestMs: number
  tick: () => bigint
  ledger: ReadLedger
  log: Logger
}

/** The connections in use, one a site, and the queue of each Stripe account. */
export class ConnectionRegistry {
  #options: RegistryOptions
  #open = new Map<number, OpenConnection>()
  #queues = new Map<string, AccountQueue>()

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  /**
   * Takes over what the tables say now: a replaced key is in force at once, a removed one is not used again.
   *
   * @returns whether anything changed
   */
  update(connections: readonly Connection[]): boolean {
    const wanted = new Map(connections.map((connection) => [connection.site_id, connection]))
    let changed = false
    for (const [siteId, open] of this.#open) {
      if (wanted.get(siteId)?.version === open.connection.version) continue
      open.retire()
      this.#open.delete(siteId)
      this.#options.log.info({ site_id: siteId }, 'Stripe connection closed')
      changed = true
    }
    for (const connection of wanted.values()) {
      if (this.#open.has(connection.site_id)) continue
      this.#open.set(connection.site_id, this.#openConnection(connection))
      changed = true
    }
    return changed
  }

  get(siteId: number): OpenConnection | undefined {
    return this.#open.get(siteId)
  }

  all(): OpenConnection[] {
    return [...this.#open.values()]
  }

  /** Retires every connection and lets what waits go. */
  close(): void {
    for (const open of this.#open.values()) open.retire()
    for (const queue of this.#queues.values()) queue.close()
  }

  #openConnection(connection: Connection): OpenConnection {
    const { masterKey, stripe, queue, retestMs, tick, ledger, log } = this.#options
    const { livemode, site_id, key_hint } = connection
    const key = openKey(connection, masterKey)
    log.info({ site_id, key_hint, livemode, usable: key.ok }, 'Stripe connection loaded')
    return new OpenConnection({
      connection,
      key,
      api: key.ok ? createStripeApi({ key: key.key, livemode, ...stripe }) : null,
      queueOf: (name) => this.#queueOf(name, livemode),
      keyName: key.ok
        ? `key:${createHash('sha256').update(key.key).digest('hex').slice(0, 16)}`
        : `site:${site_id}`,
      retestMs,
      now: queue.now,
      tick,
      ledger,
    })
  }

  #queueOf(name: string, livemode: boolean): AccountQueue {
    const mode = livemode ? 'live' : 'test'
    const id = `${name}/${mode}`
    const existing = this.#queues.get(id)
    if (existing) return existing
    const queue = new AccountQueue({ ...this.#options.queue, rate: this.#options.rates[mode] })
    this.#queues.set(id, queue)
    return queue
  }
}
