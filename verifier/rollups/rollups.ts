import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { dayNumber, localDay, zoneAt } from '../../schema/site/local-day.ts'
import { readSites, type Site } from '../../schema/site/read-sites.ts'
import { readKeptDays } from '../retention/keep-retention.ts'
import { readChangedRevenue } from './changed-revenue.ts'
import { readChangedTraffic } from './changed-traffic.ts'
import { computeRevenue, computeTraffic } from './compute-days.ts'
import { deleteSuperseded } from './delete-superseded.ts'
import { readEngineState } from './engine-state.ts'
import { readRecentRevenue } from './recent-revenue.ts'
import { type BatchRoom, roomFor } from './rollup-batches.ts'
import { type RollupLook, readLook, writeLook } from './rollup-look.ts'
import type { ChangedDay, RollupKind } from './site-day.ts'
import { countSuperseded } from './superseded-rows.ts'

const minute = 60_000
const hour = 60 * minute

/** Between two rounds that look at every day there is. */
const wholeEvery = hour
/** The days before today that every round looks at: late events mostly belong to yesterday. */
const recentDays = 3
/** The longest that a row may take from its inserted_at until it can be read: an insert gives up after a minute. */
const longestInsert = 2 * minute
/** The part of a table that may be superseded before it is cleaned. */
const mostWaste = 0.1

type Options = {
  client: ClickHouseClient
  log: Logger
  /** The clock, ms. */
  now: () => number
  /** Values that a dimension may have on a day before it is left out. */
  mostValues?: number
  /** How long (ms) the traffic of a day rests after it was computed, however its events change. */
  restMs?: number
}

/** What a round computed, in days of sites. */
export type RollupRound = { traffic: number; revenue: number }

type Round = {
  sites: readonly Site[]
  /** The first day of each site that still has its facts. */
  kept: ReadonlyMap<number, number>
  now: number
  whole: boolean
  engineNow: number
  room: BatchRoom
  nextRunId: () => bigint
}

/**
 * Keeps `traffic_daily` and `revenue_daily`: every site's whole local days, from the first with facts to yesterday. A day
 * is computed anew when what it was made of has changed: its events are counted, its payments, refunds and disputes
 * hashed, so that late ones of any path are noticed whatever the clocks said. Everything is in the tables: a round may be
 * ended at any moment, and the next one, however much later, does what is left.
 *
 * The first round of a process and one an hour look at every day, the others at the last few and at the sites whose
 * money moved.
 */
export class Rollups {
  readonly #options: Options
  #wholeAt = Number.NEGATIVE_INFINITY

  constructor(options: Options) {
    this.#options = options
  }

  /** One round. Run one at a time. */
  async run(): Promise<RollupRound> {
    const { client, log } = this.#options
    const now = this.#options.now()
    const state = await readEngineState(client)
    const kept = await readKeptDays(client, now)
    const round: Round = {
      sites: await readSites(client),
      kept: new Map(kept.site_ids.map((siteId, index) => [siteId, dayNumber(kept.first_days[index] ?? '')])),
      now,
      whole: Math.abs(now - this.#wholeAt) >= wholeEvery,
      engineNow: state.engine_now,
      room: roomFor(state.memory_bytes),
      nextRunId: counter(state.last_run_id, now),
    }
    const traffic = await this.#runTraffic(round)
    const revenue = await this.#runRevenue(round, traffic)
    const look = { looked_at: round.engineNow, as_of: now }
    await writeLook(client, look, counter(state.last_look_version, now)())
    if (round.whole) {
      this.#wholeAt = now
      await this.#clean('traffic')
      await this.#clean('revenue')
    }
    const done = { traffic: traffic.length, revenue: revenue.length }
    if (done.traffic + done.revenue > 0) log.info(done, 'days rolled up')
    return done
  }

  async #runTraffic(round: Round): Promise<ChangedDay[]> {
    const { client, mostValues = 50_000, restMs = 10 * minute } = this.#options
    const first = round.whole ? 0 : Math.floor((round.now - 12 * hour) / (24 * hour)) - recentDays
    const days = closedDays(await readChangedTraffic(client, first, restMs), round)
    await computeTraffic(client, days, { ...round, mostValues })
    return days
  }

  async #runRevenue(round: Round, traffic: readonly ChangedDay[]): Promise<ChangedDay[]> {
    const { client } = this.#options
    const look = await readLook(client)
    const siteIds =
      look === null || round.whole
        ? round.sites.map(({ site_id }) => site_id)
        : await this.#touchedSites(round, look, traffic)
    const days = closedDays(await readChangedRevenue(client, siteIds), round)
    await computeRevenue(client, days, round)
    return days
  }

  /** The sites whose money moved, whose day ended, or whose visits changed, since the look before. */
  async #touchedSites(round: Round, look: RollupLook, traffic: readonly ChangedDay[]): Promise<number[]> {
    const recent = await readRecentRevenue(this.#options.client, look.looked_at - longestInsert)
    const changed = new Set(traffic.map(({ site_id }) => site_id))
    return round.sites
      .filter(
        (site) =>
          recent.has(site.site_id) ||
          changed.has(site.site_id) ||
          today(site, look.as_of) < today(site, round.now),
      )
      .map(({ site_id }) => site_id)
  }

  async #clean(kind: RollupKind): Promise<void> {
    const { client, log } = this.#options
    const { all_rows, superseded } = await countSuperseded(client, kind)
    if (superseded <= all_rows * mostWaste) return
    await deleteSuperseded(client, kind)
    log.info({ kind, rows: superseded }, 'superseded rows of a rollup are removed')
  }
}

function today(site: Site, ms: number): number {
  return localDay(ms, zoneAt(site, ms))
}

/**
 * The days that are over in their site's zone and have their facts still: what rollups say of older ones stays. Rows of a
 * site that is gone belong to nobody.
 */
function closedDays(days: readonly ChangedDay[], { sites, kept, now }: Round): ChangedDay[] {
  const open = new Map(sites.map((site) => [site.site_id, today(site, now)]))
  return days.filter(
    ({ site_id, day }) =>
      day < (open.get(site_id) ?? Number.NEGATIVE_INFINITY) && day >= (kept.get(site_id) ?? 0),
  )
}

/** Numbers that grow from the clock's microseconds, always above one that is in use: the clock may have gone back. */
function counter(above: bigint, now: number): () => bigint {
  const start = BigInt(Math.floor(now)) * 1000n
  let last = start > above ? start : above
  return () => {
    last += 1n
    return last
  }
}
