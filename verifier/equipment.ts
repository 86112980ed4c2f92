import { randomBytes } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { createWriter } from '../schema/clickhouse/client.ts'
import { loadMasterKey } from '../schema/master-key.ts'
import type { ServiceContext } from '../schema/process/service.ts'
import type { Pace } from './pace.ts'
import { PaymentBook } from './payments/payment-book.ts'
import { openVersionClock, type VersionClock } from './payments/version-clock.ts'
import { AccountDirectory } from './stripe/account-directory.ts'
import { ConnectionRegistry } from './stripe/connection-registry.ts'
import { LinkHosts } from './stripe/link-hosts.ts'
import type { PagingOptions } from './stripe/list-pages.ts'
import { ReadLedger } from './stripe/read-ledger.ts'

/** What a process has been up when it may send its first request: one that was killed before may have sent some. */
const quietMs = 1000

/** What the verifier's loops and jobs work with. */
export type Equipment = {
  client: ClickHouseClient
  clock: VersionClock
  ledger: ReadLedger
  registry: ConnectionRegistry
  directory: AccountDirectory
  book: PaymentBook
  linkHosts: LinkHosts
  paging: PagingOptions
  /** The domain of a site; '' when there is none. */
  domainOf: (siteId: number) => string
  now: () => number
  log: Logger
  /** Stops what reads lists. The connections and the client are closed by who uses them last. */
  stop: () => void
}

/** Opens the tables and everything that asks Stripe. */
export async function openEquipment(
  { config, clickhouse, log, now }: ServiceContext,
  pace: Pace,
): Promise<Equipment> {
  const masterKey = loadMasterKey(config)
  const client = createWriter(clickhouse)
  const clock = await openVersionClock(client, now)
  const ledger = new ReadLedger(client, { now, runId: randomBytes(8).readBigUInt64BE() })
  await ledger.load()
  const random = Math.random
  const registry = new ConnectionRegistry({
    masterKey,
    stripe: { base: config.STRIPE_API_BASE, timeoutMs: pace.stripeTimeoutMs },
    rates: { live: config.STRIPE_RATE_LIVE, test: config.STRIPE_RATE_TEST },
    queue: {
      backoffMs: pace.backoffMs,
      restMs: pace.restMs,
      now,
      clock: () => performance.now(),
      notBefore: quietMs,
      random,
    },
    retestMs: pace.retestMs,
    tick: () => clock.tick(),
    ledger,
    log,
  })
  const directory = new AccountDirectory(client, registry)
  const stopping = new AbortController()
  return {
    client,
    clock,
    ledger,
    registry,
    directory,
    book: new PaymentBook({ client, now }),
    linkHosts: new LinkHosts(),
    paging: { backoffMs: pace.backoffMs, random, signal: stopping.signal },
    domainOf: (siteId) => directory.sites.get(siteId)?.domain ?? '',
    now,
    log,
    stop: () => stopping.abort(),
  }
}
