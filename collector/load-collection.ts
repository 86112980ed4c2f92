import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import type { Config } from '../schema/config.ts'
import type { AcceptedRows } from './accepted-rows.ts'
import type { Collection } from './collection.ts'
import { loadKnownSources } from './enrichment/known-sources.ts'
import { openPlaces } from './enrichment/place.ts'
import { createOriginReader } from './enrichment/source.ts'
import { createUserAgents } from './enrichment/user-agent.ts'
import { SitePlans } from './experiment/site-plans.ts'
import { inTime } from './in-time.ts'
import { type RecurringTask, startRecurringTask } from './recurring-task.ts'
import { RateLimit } from './refusal/rate-limit.ts'
import { loadSpamReferrers } from './refusal/spam-referrer.ts'
import { createLocalDays } from './site/local-days.ts'
import { SiteDirectory } from './site/site-directory.ts'
import { rebuildFromRows, rebuildFromTable } from './visitor/rebuild-visits.ts'
import { RecentEvents } from './visitor/recent-events.ts'
import { Salts } from './visitor/salts.ts'
import { Visits, visitMemory } from './visitor/visits.ts'

/** How long a start waits for ClickHouse before it goes on with its snapshots, in ms. */
const startPatienceMs = 5_000

/** Where acceptance's knowledge comes from. */
type Sources = { client: ClickHouseClient; folder: string; log: Logger; now: () => number }

/** Reads the data files and makes empty memories; `loadCollection` fills them. */
export async function createCollection(config: Config, sources: Sources): Promise<Collection> {
  return {
    sites: new SiteDirectory(sources),
    plans: new SitePlans(sources),
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
  recentRows: (since: number) => AsyncIterable<AcceptedRows>
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
export async function loadCollection(loading: Loading): Promise<RecurringTask[]> {
  const { collection, recentRows, client, log, now } = loading
  const { sites, plans, salts, visits, recentEvents } = collection
  salts.loadSnapshot()
  let rebuilt = false
  const rebuild = async () => {
    if (rebuilt) return
    await rebuildFromTable(client, visits, now())
    rebuilt = true
  }
  const reading = await Promise.all([
    inTime(startPatienceMs, () => sites.refresh()),
    inTime(startPatienceMs, () => plans.refresh()),
    inTime(startPatienceMs, () => salts.refresh()),
    inTime(startPatienceMs, rebuild),
  ])
  for (const fault of reading)
    if (fault)
      log.warn({ err: fault }, 'ClickHouse did not answer at the start; snapshots are used meanwhile')
  sites.loadSnapshot()
  plans.loadSnapshot()
  for await (const rows of recentRows(now() - visitMemory)) {
    rebuildFromRows(rows, visits)
    for (const event of rows.events) recentEvents.add(event.site_id, event.event_id, null, event.received_at)
  }
  return rebuilt ? [] : [startRecurringTask({ name: 'rebuild visits', everyMs: 5_000, log, run: rebuild })]
}
