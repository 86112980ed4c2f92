import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { z } from 'zod'
import { instantCell } from '../../schema/clickhouse/cell.ts'
import { readSites, type Site, siteRow } from '../../schema/site/read-sites.ts'
import { readPrivateFile, replacePrivateFile } from '../private-file.ts'

const snapshot = z.array(siteRow)

/** A tracker's domain as the sites table spells it: lower case, without `www.`. */
export function siteDomain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^www\./, '')
}

/**
 * The sites whose events are taken, by domain, with a snapshot on disk for a start while ClickHouse is away.
 * `loaded` stays false until a list was read from either, so that no site is called unknown for want of a list.
 */
export class SiteDirectory {
  readonly #client: ClickHouseClient
  readonly #file: string
  readonly #log: Logger
  #sites = new Map<string, Site>()
  #byFurtherHost = new Map<string, Site>()
  #written = ''
  #loaded = false

  constructor(options: { client: ClickHouseClient; folder: string; log: Logger }) {
    this.#client = options.client
    this.#file = join(options.folder, 'sites.json')
    this.#log = options.log
  }

  get loaded(): boolean {
    return this.#loaded
  }

  /** The site of a domain that `siteDomain` normalised, or null. */
  find(domain: string): Site | null {
    return this.#sites.get(domain) ?? null
  }

  /** The site that a page's host belongs to (its port may be given), or null: the nearest of several. */
  ofHost(host: string): Site | null {
    const name = siteDomain(host)
    const exact = this.#sites.get(name) ?? this.#byFurtherHost.get(name)
    if (exact) return exact
    if (/:\d+$/.test(name)) return this.ofHost(name.replace(/:\d+$/, ''))
    const parent = name.indexOf('.')
    return parent === -1 ? null : this.ofHost(name.slice(parent + 1))
  }

  /** Reads the snapshot of the last run. A missing or damaged one is no list. */
  loadSnapshot(): void {
    const text = readPrivateFile(this.#file)
    if (text === null || this.#loaded) return
    try {
      this.#use(snapshot.parse(JSON.parse(text)))
      this.#written = text
    } catch (error) {
      this.#log.warn({ err: error, file: this.#file }, 'the snapshot of sites is damaged and was not used')
    }
  }

  /** Reads the table, and writes the snapshot when something changed. Throws when ClickHouse cannot answer. */
  async refresh(): Promise<void> {
    const sites = await readSites(this.#client)
    this.#use(sites)
    const text = JSON.stringify(
      sites.map((site) => ({
        ...site,
        timezone_next_at: instantCell(site.timezone_next_at),
        created_at: instantCell(site.created_at),
        version: String(site.version),
      })),
    )
    if (text === this.#written) return
    replacePrivateFile(this.#file, text)
    this.#written = text
  }

  #use(sites: readonly Site[]): void {
    this.#sites = new Map(sites.map((site) => [site.domain, site]))
    this.#byFurtherHost = new Map(sites.flatMap((site) => site.hosts.map((host) => [siteDomain(host), site])))
    this.#loaded = true
  }
}
