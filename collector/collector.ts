import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createReader, createWriter } from '../schema/clickhouse/client.ts'
import { createClientAddresses } from '../schema/process/client-address.ts'
import { probeAnswer, type Readiness } from '../schema/process/probes.ts'
import type { Service, ServiceContext } from '../schema/process/service.ts'
import type { Collection } from './collection.ts'
import { type EventStore, openEventStore } from './delivery/event-store.ts'
import { DropCounters } from './drop-counters.ts'
import { createEventRoute } from './event-route.ts'
import type { Route } from './http-route.ts'
import { startHttpServer } from './http-server.ts'
import { inTime } from './in-time.ts'
import { createCollection, loadCollection } from './load-collection.ts'
import { startRecurringTask } from './recurring-task.ts'
import { createScriptRoute } from './script-route.ts'

// A new site is known within 2 s of its creation, the read included.
const sitesEveryMs = 1_000
const saltsEveryMs = 30_000
const sweepEveryMs = 60_000
const flushEveryMs = 3_000
/** How long a close waits for ClickHouse where only a count can be lost, in ms. */
const closePatienceMs = 1_000

/** A started collector; `port` is the one it listens on. */
export type Collector = Required<Service> & { port: number }

/**
 * Starts the collector: loads sites, salts and recent visits, from the snapshots and the journal where ClickHouse
 * cannot answer, and only then listens. Closing stops listening, stores what was accepted and writes the last counts.
 */
export async function startCollector(
  context: ServiceContext,
  openStore: typeof openEventStore = openEventStore,
): Promise<Collector> {
  const { config, log, now } = context
  const folder = join(config.DATA_DIR, 'collector')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Polls that hang on a stopped engine must not hold the connections of the deliveries.
  const poller = createWriter(context.clickhouse)
  const reader = createReader(context.clickhouse)
  const writer = createWriter(context.clickhouse)
  const collection = await createCollection(config, { client: poller, folder, log, now })
  const failure: { error: Error | null } = { error: null }
  const store = await openStore({
    folder: join(folder, 'journal'),
    client: writer,
    log,
    now,
    maxBytes: config.JOURNAL_MAX_BYTES,
    onFatal: (error) => {
      failure.error = error
      log.fatal({ err: error }, 'the journal failed: nothing is acknowledged any more')
      setImmediate(() => {
        throw error
      })
    },
  })
  const recentRows = (since: number) => store.recentRows(since)
  const tasks = [await loadCollection({ collection, recentRows, reader, log, now })]
  const counters = new DropCounters(poller)
  const repeat = (name: string, everyMs: number, run: () => Promise<void> | void) =>
    tasks.push(startRecurringTask({ name, everyMs, log, run }))
  repeat('read sites', sitesEveryMs, () => collection.sites.refresh())
  repeat('read split tests and goals', sitesEveryMs, () => collection.plans.refresh())
  repeat('agree on salts', saltsEveryMs, () => collection.salts.refresh())
  repeat('forget old visits', sweepEveryMs, () => {
    collection.visits.sweep(now())
    collection.recentEvents.forget(now())
  })
  repeat('write drop counts', flushEveryMs, () => counters.flush(now()))

  const readiness = (): Readiness => {
    if (failure.error) return { ready: false, why: `The journal failed: ${failure.error.message}` }
    if (!collection.sites.loaded)
      return { ready: false, why: 'No list of sites could be read from ClickHouse yet.' }
    const { full } = store.stats()
    return full === 'no' ? { ready: true } : { ready: false, why: `The ${full} is full: events are refused.` }
  }
  const server = await startHttpServer({
    host: config.HOST,
    port: config.COLLECTOR_PORT,
    routes: createRoutes({ context, collection, store, counters, readiness }),
    log,
  })
  log.info({ port: server.port, visits: collection.visits.size }, 'listening')

  const stop = async () => {
    await server.close()
    // A read that hangs on a stopped engine ends with its client.
    await inTime(closePatienceMs, async () => {
      await Promise.all(tasks.map((task) => task.stop()))
    })
    await store.close()
    const fault = await inTime(closePatienceMs, () => counters.flush(now()))
    if (fault) log.warn({ err: fault }, 'the last drop counts are lost')
    await Promise.all([poller.close(), reader.close(), writer.close()])
  }
  let stopped: Promise<void> | null = null
  const close = () => {
    stopped ??= stop()
    return stopped
  }
  const heartbeat = async () => {
    if (failure.error) throw failure.error
  }
  return { port: server.port, close, heartbeat }
}

type RouteParts = {
  context: ServiceContext
  collection: Collection
  store: EventStore
  counters: DropCounters
  readiness: () => Readiness
}

function createRoutes({ context, collection, store, counters, readiness }: RouteParts): Map<string, Route> {
  const { config, log, now } = context
  const clientAddresses = createClientAddresses({
    trustedProxies: config.TRUSTED_PROXIES,
    header: config.CLIENT_IP_HEADER,
    onUntrustedProxy: () =>
      log.warn(
        { header: config.CLIENT_IP_HEADER },
        'A private address forwards client addresses but is not in TRUSTED_PROXIES: all visitors look like one.',
      ),
  })
  const probe: Route = {
    GET: ({ path }) => probeAnswer(path, readiness) ?? { status: 404, body: '{"error":"not_found"}' },
  }
  return new Map<string, Route>([
    ['/health', probe],
    ['/ready', probe],
    [config.SCRIPT_PATH, createScriptRoute({ collection, clientAddresses, now })],
    [config.EVENT_PATH, createEventRoute({ collection, store, counters, clientAddresses, log, now })],
  ])
}
