import { randomBytes } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import { instantCell } from '../schema/clickhouse/cell.ts'
import type { DropReason } from '../schema/event/drop-reason.ts'
import { dayText } from '../schema/site/local-day.ts'

type Counter = {
  site_id: number
  day: number
  reason: DropReason
  count: number
  last_at: number
  written: number
}

/** The site_id of what belongs to no known site. */
export const noSite = 0

/**
 * Counts what was dropped, by site, local day and reason, for the owner to see. Each run of the collector writes its
 * own growing counts, so that a repeated write is harmless.
 */
export class DropCounters {
  readonly #client: ClickHouseClient
  readonly #runId = randomBytes(8).readBigUInt64BE()
  readonly #counters = new Map<string, Counter>()

  constructor(client: ClickHouseClient) {
    this.#client = client
  }

  /** Counts one drop. `day` is a day number in the site's zone, in UTC without a site. */
  count(reason: DropReason, where: { site_id: number; day: number }, now: number): void {
    const key = `${where.site_id}:${where.day}:${reason}`
    let counter = this.#counters.get(key)
    if (!counter) {
      counter = { ...where, reason, count: 0, last_at: now, written: 0 }
      this.#counters.set(key, counter)
    }
    counter.count += 1
    counter.last_at = now
  }

  /** Writes the counts that changed, and forgets those of past days. Throws when ClickHouse cannot take them. */
  async flush(now: number): Promise<void> {
    const changed = [...this.#counters.values()]
      .filter((counter) => counter.count !== counter.written)
      .map((counter) => ({ counter, count: counter.count }))
    if (changed.length > 0) {
      const values = changed.map(({ counter, count }) => ({
        site_id: counter.site_id,
        day: dayText(counter.day),
        reason: counter.reason,
        run_id: String(this.#runId),
        count,
        last_at: instantCell(counter.last_at),
      }))
      await this.#client.insert({ table: 'dropped', values, format: 'JSONEachRow' })
      for (const { counter, count } of changed) counter.written = count
    }
    // A day is over everywhere 36 h after it began in UTC; a forgotten counter would start at 1 again.
    const oldest = Math.floor(now / 86_400_000) - 3
    for (const [key, counter] of this.#counters)
      if (counter.day < oldest && counter.count === counter.written) this.#counters.delete(key)
  }
}
