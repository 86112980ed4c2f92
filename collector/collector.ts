import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { createWriter } from '../schema/clickhouse/client.ts'
import type { Config } from '../schema/config.ts'
import { probeAnswer, type Readiness } from '../schema/process/probes.ts'
import type { Service, ServiceContext } from '../schema/process/service.ts'
import type { AcceptedRows } from './accepted-rows.ts'
import type { Collection } from './collection.ts'
import { DropCounters } from './drop-counters.ts'
import { loadKnownSources } from './enrichment/known-sources.ts'
import { openPlaces } from './enrichment/place.ts'
import { createOriginReader } from './enrichment/source.ts'
import { createUserAgents } from './enrichment/user-agent.ts'
import { createEventRoute } from './event-route.ts'
import { type Route, startHttpServer } from './http-server.ts'
import { startRecurringTask } from './recurring-task.ts'
import { RateLimit } from './refusal/rate-limit.ts'
import { loadSpamReferrers } from './refusal/spam-referrer.ts'
import { createScriptRoute } from './script-route.ts'
import { createLocalDays } from './site/local-days.ts'
import { SiteDirectory } from './site/site-directory.ts'
import { createClientAddresses } from './visitor/client-address.ts'
import { rebuildFromRows, rebuildFromTable } from './visitor/rebuild-visits.ts'
import { RecentEvents, type Storing } from './visitor/recent-events.ts'
import { Salts } from './visitor/salts.ts'
import { Visits, visitMemory } from './visitor/visits.ts'

/** What the collector needs of the journal and its delivery. */
export type EventStore = {
  append: (rows: AcceptedRows) => Promise<Storing>
  recentRows: (since: number) => AsyncIterable<AcceptedRows>
  close: () => Promise<void>
}

export type OpenStore = (options: {
  folder: string
  client: ClickHouseClient
  log: Logger
  now: () => number
  maxBytes: number
  onFatal: (error: Error) => void
}) => Promise<EventStore>

// A new site is known within 2 s of its creation, the read included.
const sitesEveryMs = 1_000
const saltsEveryMs = 30_000
const sweepEveryMs = 60_000
const flushEveryMs = 3_000
/** How long a start waits for ClickHouse before it goes on with its snapshots, in ms. */
const startPatienceMs = 5_000

/** A started collector; `port` is the one it listens on. */
export type Collector = Required<Service> & { port: number }

/**
 * Starts the collector: loads sites, salts and recent visits, from the snapshots and the journal where ClickHouse
 * cannot answer, and only then listens. Closing stops listening, stores what was accepted and writes the last counts.
 */
export async function startCollector(context: ServiceContext, openStore: OpenStore): Promise<Collector> {
  const { config, log, now } = context
  const folder = join(config.DATA_DIR, 'collector')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Polls that hang on a stopped engine must not hold the connections of the deliveries.
  const reader = createWriter(context.clickhouse)
  const writer = createWriter(context.clickhouse)
  const collection = await createCollection(config, { client: reader, folder, log, now })
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
  const tasks = [...(await load({ collection, store, client: reader, log, now }))]
  const counters = new DropCounters(reader)
  const repeat = (name: string, everyMs: number, run: () => Promise<void> | void) =>
    tasks.push(startRecurringTask({ name, everyMs, log, run }))
  repeat('read sites', sitesEveryMs, () => collection.sites.refresh())
  repeat('agree on salts', saltsEveryMs, () => collection.salts.refresh())
  repeat('forget old visits', sweepEveryMs, () => collection.visits.sweep(now()))
  repeat('write drop counts', flushEveryMs, () => counters.flush(now()))

  const readiness = (): Readiness => {
    if (failure.error) return { ready: false, why: `The journal failed: ${failure.error.message}` }
    return collection.sites.loaded
      ? { ready: true }
      : { ready: false, why: 'No list of sites could be read from ClickHouse yet.' }
  }
  const server = await startHttpServer({
    host: config.HOST,
    port: config.COLLECTOR_PORT,
    routes: createRoutes({ context, collection, store, counters, readiness }),
    log,
  })
  log.info({ port: server.port, visits: collection.visits.size }, 'listening')

  const close = async () => {
    await server.close()
    await Promise.all(tasks.map((task) => task.stop()))
    await store.close()
    await counters
      .flush(now())
      .catch((error: unknown) => log.warn({ err: error }, 'the last drop counts are lost'))
    await Promise.all([reader.close(), writer.close()])
  }
  const heartbeat = async () => {
    if (failure.error) throw failure.error
  }
  return { port: server.port, close, heartbeat }
}

type Sources = { client: ClickHouseClient; folder: string; log: Logger; now: () => number }

async function createCollection(config: Config, sources: Sources): Promise<Collection> {
  return {
    sites: new SiteDirectory(sources),
    salts: new Salts(sources),
    visits: new Visits(),
    recentEvents: new RecentEvents(),
    localDays: createLocalDays(),
    addressRate: new RateLimit(config.RATE_IP),
    siteRate: new RateLimit(config.RATE_SITE),
    spamReferrers: loadSpamReferrers(),
    userAgents: createUserAgents(),
    places: await openPlaces(config.GEOIP_DB),
    origins: createOriginReader(loadKnownSources()),
  }
}

type Loading = {
  collection: Collection
  store: EventStore
  client: ClickHouseClient
  log: Logger
  now: () => number
}

/**
 * Loads what acceptance must know. What ClickHouse cannot tell in time comes from the snapshots, and visits are asked
 * for again later.
 *
 * @returns the tasks that go on
 */
async function load({ collection, store, client, log, now }: Loading) {
  const { sites, salts, visits, recentEvents } = collection
  salts.loadSnapshot()
  let rebuilt = false
  const rebuild = async () => {
    if (rebuilt) return
    await rebuildFromTable(client, visits, now())
    rebuilt = true
  }
  const reading = await Promise.all([
    inTime(() => sites.refresh()),
    inTime(() => salts.refresh()),
    inTime(rebuild),
  ])
  for (const fault of reading)
    if (fault)
      log.warn({ err: fault }, 'ClickHouse did not answer at the start; snapshots are used meanwhile')
  sites.loadSnapshot()
  for await (const rows of store.recentRows(now() - visitMemory)) {
    rebuildFromRows(rows, visits)
    for (const event of rows.events) recentEvents.add(event.site_id, event.event_id, null, event.received_at)
  }
  return rebuilt ? [] : [startRecurringTask({ name: 'rebuild visits', everyMs: 5_000, log, run: rebuild })]
}

/** Runs a step of the start within its patience. Gives the fault, or null. */
async function inTime(step: () => Promise<void>): Promise<unknown> {
  const patience = Promise.withResolvers<never>()
  const timer = setTimeout(() => patience.reject(new Error('no answer in time')), startPatienceMs)
  try {
    await Promise.race([step(), patience.promise])
    return null
  } catch (error) {
    return error
  } finally {
    clearTimeout(timer)
  }
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
    [config.SCRIPT_PATH, createScriptRoute()],
    [config.EVENT_PATH, createEventRoute({ collection, store, counters, clientAddresses, log, now })],
  ])
}
