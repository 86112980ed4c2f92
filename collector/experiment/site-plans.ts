import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { z } from 'zod'
import { readPrivateFile, replacePrivateFile } from '../private-file.ts'
import { type PlanRow, planRow, readSitePlans } from './read-site-plans.ts'
import { makeSitePlan, type SitePlan } from './site-plan.ts'

const snapshot = z.array(planRow)

/**
 * The plans of all sites that have tests or goals, with a snapshot on disk for a start while ClickHouse is away. A plan
 * that did not change stays the same object, so that what was made of it can be kept.
 */
export class SitePlans {
  readonly #client: ClickHouseClient
  readonly #file: string
  readonly #log: Logger
  #plans = new Map<number, { plan: SitePlan; text: string }>()
  #written = '[]'
  #loaded = false

  constructor(options: { client: ClickHouseClient; folder: string; log: Logger }) {
    this.#client = options.client
    this.#file = join(options.folder, 'site-plans.json')
    this.#log = options.log
  }

  /** A site's plan, or null for one without tests and goals. */
  of(siteId: number): SitePlan | null {
    return this.#plans.get(siteId)?.plan ?? null
  }

  /** Reads the snapshot of the last run, unless the tables were read. A missing or damaged one holds no test. */
  loadSnapshot(): void {
    const text = readPrivateFile(this.#file)
    if (text === null || this.#loaded) return
    this.#written = text
    try {
      this.#use(snapshot.parse(JSON.parse(text)))
    } catch (error) {
      this.#log.warn(
        { err: error, file: this.#file },
        'the snapshot of split tests is damaged and was not used',
      )
    }
  }

  /** Reads the tables, and writes the snapshot when something changed. Throws when ClickHouse cannot answer. */
  async refresh(): Promise<void> {
    const rows = await readSitePlans(this.#client)
    const text = JSON.stringify(rows)
    if (this.#loaded && text === this.#written) return
    this.#use(rows)
    this.#loaded = true
    if (text === this.#written) return
    replacePrivateFile(this.#file, text)
    this.#written = text
  }

  #use(rows: readonly PlanRow[]): void {
    const bySite = Map.groupBy(rows, (row) => row.site_id)
    const former = this.#plans
    this.#plans = new Map()
    for (const [siteId, own] of bySite) {
      const text = JSON.stringify(own)
      const known = former.get(siteId)
      this.#plans.set(siteId, known?.text === text ? known : { plan: this.#make(own), text })
    }
  }

  #make(rows: readonly PlanRow[]): SitePlan {
    return makeSitePlan(rows, ({ site_id, kind, id }, fault) =>
      this.#log.error(
        { err: fault, site_id, kind, id },
        'a split test or goal cannot be read and is left out',
      ),
    )
  }
}
