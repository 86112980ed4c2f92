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
import { VisitRebuild } from './visitor/rebuild-visits.ts'
import { RecentEvents } from './visitor/recent-events.ts'
import { restoreJournal } from './visitor/restore-journal.ts'
import { Salts } from './visitor/salts.ts'
import { Visits, visitMemory } from './visitor/visits.ts'

/** How long a start waits for ClickHouse before it goes on with its snapshots, in ms. */
const startPatienceMs = 5_000
/** How long it waits for visits that have ended, which most installations read in a tenth of that, in ms. */
const endedPatienceMs = 500

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
  /** The user of reports, whose queries take no turn from the writer's. */
  reader: ClickHouseClient
  log: Logger
  now: () => number
}

/**
 * Loads what acceptance must know: sites, salts and visits that may be active. What ClickHouse cannot tell in time comes
 * from the snapshots, and visits that are missing are read in the background.
 *
 * @returns the task that goes on
 */
export async function loadCollection(loading: Loading): Promise<RecurringTask> {
  const { collection, recentRows, reader, log, now } = loading
  const { sites, plans, salts, visits } = collection
  salts.loadSnapshot()
  const rebuild = new VisitRebuild({ client: reader, visits, startedAt: now() })
  const reading = await Promise.all([
    inTime(startPatienceMs, () => sites.refresh()),
    inTime(startPatienceMs, () => plans.refresh()),
    inTime(startPatienceMs, () => salts.refresh()),
    inTime(startPatienceMs, () => rebuild.recent()),
  ])
  const faults = reading.filter((fault) => fault !== null)
  for (const fault of faults)
    log.warn({ err: fault }, 'ClickHouse did not answer at the start; snapshots are used meanwhile')
  sites.loadSnapshot()
  plans.loadSnapshot()
  await restoreJournal(recentRows(now() - visitMemory), collection, now())
  if (faults.length === 0) await inTime(endedPatienceMs, () => rebuild.all())
  const task = startRecurringTask({ name: 'rebuild visits', everyMs: 5_000, log, run: () => rebuild.all() })
  const stop = async () => {
    rebuild.stop()
    await task.stop()
  }
  return { stop }
}
