import { randomBytes } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import type { z } from 'zod'
import { instantCell } from '../../../schema/clickhouse/cell.ts'
import { localDay, localDayStart, zoneAt } from '../../../schema/site/local-day.ts'
import { readSites, type Site } from '../../../schema/site/read-sites.ts'
import type { siteBody, sitePatch } from '../../contract/sites.ts'
import { FreshCopy } from '../settings/fresh-copy.ts'
import type { SettingsWriter, WriteRow } from '../settings/settings-writer.ts'
import { deleteSiteRows } from './delete-rows.ts'
import { deleteUnassigned } from './delete-unassigned.ts'
import { readDeletedSites } from './deleted-sites.ts'
import { readTimezone } from './known-timezone.ts'
import { readLastSiteId } from './last-site-id.ts'
import { deleteOldVersions } from './old-versions.ts'

type Options = { client: ClickHouseClient; settings: SettingsWriter; now: () => number }

/** What became of a change of sites. */
export type SiteOutcome =
  | { ok: true; site: Site }
  | { ok: false; reason: 'domain_taken' | 'unknown_timezone' | 'unknown_currency' | 'not_found' }

const lateRowsMs = 14 * 24 * 3_600_000
const currencies = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()))

/** The sites of this installation. */
export class Sites {
  readonly #client: ClickHouseClient
  readonly #settings: SettingsWriter
  readonly #now: () => number
  readonly #sites: FreshCopy<Site[]>

  constructor({ client, settings, now }: Options) {
    this.#client = client
    this.#settings = settings
    this.#now = now
    this.#sites = new FreshCopy(() => readSites(client), now)
  }

  async list(): Promise<Site[]> {
    return await this.#sites.get()
  }

  async find(domain: string): Promise<Site | null> {
    const name = domain.trim().toLowerCase()
    return (await this.list()).find((site) => site.domain === name) ?? null
  }

  async create(wanted: z.output<typeof siteBody>): Promise<SiteOutcome> {
    const timezone = await readTimezone(this.#client, wanted.timezone)
    if (timezone === null) return { ok: false, reason: 'unknown_timezone' }
    if (!currencies.has(wanted.currency)) return { ok: false, reason: 'unknown_currency' }
    return await this.#change<SiteOutcome>(async (write, sites) => {
      if (sites.some((site) => site.domain === wanted.domain)) return { ok: false, reason: 'domain_taken' }
      const site: Site = {
        site_id: (await readLastSiteId(this.#client)) + 1,
        domain: wanted.domain,
        hosts: [],
        timezone,
        timezone_next: '',
        timezone_next_at: 0,
        currency: wanted.currency,
        reference_key: randomBytes(32).toString('hex'),
        payment_link_hosts: [],
        honour_gpc: false,
        revenue_attribution: true,
        created_at: this.#now(),
        version: 0n,
      }
      await write('sites', siteCells(site, false))
      return { ok: true, site }
    })
  }

  async update(domain: string, patch: z.output<typeof sitePatch>): Promise<SiteOutcome> {
    const { timezone: wantedZone, ...rest } = patch
    const timezone = wantedZone === undefined ? undefined : await readTimezone(this.#client, wantedZone)
    if (timezone === null) return { ok: false, reason: 'unknown_timezone' }
    if (rest.currency !== undefined && !currencies.has(rest.currency))
      return { ok: false, reason: 'unknown_currency' }
    return await this.#change<SiteOutcome>(async (write, sites) => {
      const before = sites.find((each) => each.domain === domain)
      if (!before) return { ok: false, reason: 'not_found' }
      const changes = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
      const zone = timezone === undefined ? {} : zoneChange(before, timezone, this.#now())
      const site: Site = { ...before, ...changes, ...zone }
      await write('sites', siteCells(site, false), before.version)
      return { ok: true, site }
    })
  }

  /**
   * Deletes a site: the collector drops its events from now on, its key and its rows are removed.
   *
   * @returns the site that was, or null when there is none
   */
  async remove(domain: string): Promise<Site | null> {
    const deleted = await this.#change(async (write, sites) => {
      const site = sites.find((each) => each.domain === domain)
      if (!site) return null
      const mark = { ...site, domain: '', hosts: [], payment_link_hosts: [], reference_key: '' }
      return { site, version: await write('sites', siteCells(mark, true), site.version) }
    })
    if (deleted === null) return null
    const { site, version } = deleted
    await deleteOldVersions(this.#client, { table: 'sites', siteId: site.site_id, version })
    await deleteSiteRows(this.#client, [site.site_id])
    const all = await readDeletedSites(this.#client)
    await deleteUnassigned(
      this.#client,
      all.map((each) => each.site_id),
    )
    return site
  }

  /**
   * Removes rows of deleted sites that came late: a collector learns of a deletion within two seconds, and its journal
   * may deliver long after.
   *
   * @param which `recent` looks for rows of sites deleted in the last 14 days: what a journal held back longer is found
   *   by `all`, with which the dashboard starts
   */
  async sweepDeleted(which: 'all' | 'recent'): Promise<void> {
    const deleted = await readDeletedSites(this.#client)
    const since = which === 'all' ? 0 : this.#now() - lateRowsMs
    const ids = deleted.filter((each) => each.deleted_at >= since).map((each) => each.site_id)
    if (ids.length > 0) await deleteSiteRows(this.#client, ids)
  }

  async #change<T>(act: (write: WriteRow, sites: Site[]) => Promise<T>): Promise<T> {
    try {
      return await this.#settings.change(async (write) => await act(write, await readSites(this.#client)))
    } finally {
      this.#sites.forget()
    }
  }
}

// A new zone begins with the next midnight of the zone in force, so that every day before is whole. In a zone further
// west that is still the evening before: the date of the last day goes on for as many hours as the zones lie apart. In
// one further east the first day is that much shorter. Asking for the zone in force takes a waiting change back.
function zoneChange(site: Site, timezone: string, now: number) {
  const current = zoneAt(site, now)
  if (timezone === current) return { timezone, timezone_next: '', timezone_next_at: 0 }
  const midnight = localDayStart(localDay(now, current) + 1, current)
  return { timezone: current, timezone_next: timezone, timezone_next_at: midnight }
}

function siteCells(site: Site, deleted: boolean) {
  const { version: _, ...rest } = site
  return {
    ...rest,
    timezone_next_at: instantCell(site.timezone_next_at),
    created_at: instantCell(site.created_at),
    deleted,
  }
}
