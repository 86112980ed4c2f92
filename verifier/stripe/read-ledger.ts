import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instantCell, integer } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { dayText } from '../../schema/site/local-day.ts'

const sql = sqlBeside(import.meta.url)
const dayMs = 86_400_000

const totals = z.object({ account: z.string(), site_id: z.number().int(), misses: integer })

/** Whom requests are counted for; `site_id` 0 is a whole account. */
export type Reader = { account: string; site_id: number }

type Counts = Reader & {
  day: string
  reads: number
  misses: number
  rate_limited: number
  failed: number
  changed: boolean
}

/**
 * What was asked of Stripe today, by account and site. Counts of this process are written now and then, and those of
 * earlier processes of the day are read once, so that a site's budget outlives a restart.
 */
export class ReadLedger {
  #client: ClickHouseClient
  #now: () => number
  #runId: bigint
  #counts = new Map<string, Counts>()
  #earlier = new Map<string, number>()

  constructor(client: ClickHouseClient, { now, runId }: { now: () => number; runId: bigint }) {
    this.#client = client
    this.#now = now
    this.#runId = runId
  }

  /** Reads what earlier processes missed today. */
  async load(): Promise<void> {
    const day = this.#today()
    const params = { day, run_id: String(this.#runId) }
    const rows = await readRows(this.#client, { sql: sql(), params, row: totals })
    for (const row of rows) this.#earlier.set(keyOf(row, day), row.misses)
  }

  /** Counts a request by the kind of its answer. */
  count(reader: Reader, kind: string): void {
    const counts = this.#of(reader)
    counts.reads++
    if (kind === 'not_found') counts.misses++
    if (kind === 'rate_limited') counts.rate_limited++
    if (kind === 'unavailable') counts.failed++
    counts.changed = true
  }

  /** Requests of today (UTC) about ids that Stripe did not know. */
  misses(reader: Reader): number {
    return this.#of(reader).misses + (this.#earlier.get(keyOf(reader, this.#today())) ?? 0)
  }

  /** Writes what changed since the last time. */
  async write(): Promise<void> {
    const changed = [...this.#counts.values()].filter((counts) => counts.changed)
    if (changed.length === 0) return
    for (const counts of changed) counts.changed = false
    const last_at = instantCell(this.#now())
    const values = changed.map(({ changed: _, ...counts }) => ({
      ...counts,
      run_id: String(this.#runId),
      last_at,
    }))
    try {
      await this.#client.insert({ table: 'stripe_reads', values, format: 'JSONEachRow' })
    } catch (error) {
      for (const counts of changed) counts.changed = true
      throw error
    }
    const today = this.#today()
    for (const [key, counts] of this.#counts) if (counts.day !== today) this.#counts.delete(key)
  }

  #today(): string {
    return dayText(Math.floor(this.#now() / dayMs))
  }

  #of(reader: Reader): Counts {
    const day = this.#today()
    const key = keyOf(reader, day)
    const known = this.#counts.get(key)
    if (known) return known
    const { account, site_id } = reader
    const counts = { account, site_id, day, reads: 0, misses: 0, rate_limited: 0, failed: 0, changed: false }
    this.#counts.set(key, counts)
    return counts
  }
}

function keyOf({ account, site_id }: Reader, day: string): string {
  return `${day}/${account}/${site_id}`
}
