import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { createTextPool, pooledAttributes } from './text-pool.ts'
import { type Visits, visitMemory, visitTimeout } from './visits.ts'

const sql = sqlBeside(import.meta.url)

const text = z.string()
const number = z.int()
const digits = z.string().regex(/^\d{1,20}$/)

/** A row of the query, in the order of its columns. */
const cells = z.tuple([
  number,
  digits,
  digits,
  number,
  digits,
  number,
  number,
  number,
  text,
  text,
  text,
  text,
  text,
  text,
  text,
  text,
  text,
  text,
  text,
  text,
  text,
  text,
  text,
  text,
  text,
  text,
])
type Cells = z.infer<typeof cells>

/** So many rows are asked for at once: 0.35 s of the engine at a million visits, in which each page looks at all. */
const pageRows = 50_000
/** So many rows are taken in before other work gets its turn: some milliseconds. */
const turnRows = 1_000
/** So many rows are read at most before the collector listens; what is missing comes after. */
const mostRecentRows = 100_000

/**
 * Restores visits from the table `sessions`, newest first and page by page, so that the engine, the memory and the
 * event loop bear a million of them. One reading at a time; the next goes on where the last one came to, a failed one
 * included.
 */
export class VisitRebuild {
  readonly #client: ClickHouseClient
  readonly #visits: Visits
  readonly #startedAt: number
  readonly #pool = createTextPool()
  readonly #abort = new AbortController()
  /** Every visit whose last event was later is restored, in ms; at first the future, for the clocks of others. */
  #until: number
  #rows = 0
  #ended = false
  #turn: Promise<void> = Promise.resolve()

  /**
   * @param options.client the reader
   * @param options.startedAt the present, in ms
   */
  constructor(options: { client: ClickHouseClient; visits: Visits; startedAt: number }) {
    this.#client = options.client
    this.#visits = options.visits
    this.#startedAt = options.startedAt
    this.#until = options.startedAt + visitMemory
  }

  /** Restores the visits that may still be active, up to a bound. Throws when ClickHouse cannot answer. */
  recent(): Promise<void> {
    const isRecent = () => this.#until > this.#startedAt - visitTimeout && this.#rows < mostRecentRows
    return this.#inTurn(isRecent)
  }

  /** Restores all visits that can be continued, as far as the memory goes. Throws when ClickHouse cannot answer. */
  all(): Promise<void> {
    return this.#inTurn(() => true)
  }

  /** Ends a reading; it resolves then. */
  stop(): void {
    this.#abort.abort()
  }

  #inTurn(goesOn: () => boolean): Promise<void> {
    const turn = this.#turn.then(() => this.#readPages(goesOn))
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #readPages(goesOn: () => boolean): Promise<void> {
    const { signal } = this.#abort
    try {
      while (!this.#ended && !signal.aborted && goesOn()) await this.#readPage()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #readPage(): Promise<void> {
    const since = this.#startedAt - visitMemory
    const answer = await this.#client.query({
      query: sql(),
      query_params: { since, until: this.#until, limit: pageRows },
      format: 'JSONCompactEachRow',
      abort_signal: this.#abort.signal,
    })
    let rows = 0
    let oldest = since
    for await (const chunk of answer.stream<Cells>()) {
      for (const row of chunk) {
        const read = row.json<Cells>()
        // The columns of a page are alike: zod at each of a million rows takes ten times as long as the rest.
        const visit = rows === 0 ? cells.parse(read) : read
        rows += 1
        oldest = Number(visit[4])
        if (!this.#restore(visit)) this.#ended = true
        if (rows % turnRows === 0) await nextTurn()
      }
      if (this.#ended) break
    }
    this.#rows += rows
    this.#until = oldest
    if (rows === 0) this.#ended = true
  }

  #restore(cells: Cells): boolean {
    const [
      site_id,
      visitor_id,
      session_id,
      day,
      last_at,
      events,
      pageviews,
      interactions,
      hostname,
      entry_page,
      referrer,
      source,
      channel,
      utm_source,
      utm_medium,
      utm_campaign,
      utm_content,
      utm_term,
      country,
      region,
      city,
      browser,
      browser_version,
      os,
      os_version,
      device,
    ] = cells
    const found = {
      site_id,
      visitor_id: BigInt(visitor_id),
      session_id: BigInt(session_id),
      day,
      last_at: Number(last_at),
      events,
      pageviews,
      interactions,
    }
    const attributes = {
      hostname,
      entry_page,
      referrer,
      source,
      channel,
      utm_source,
      utm_medium,
      utm_campaign,
      utm_content,
      utm_term,
      country,
      region,
      city,
      browser,
      browser_version,
      os,
      os_version,
      device,
    }
    return this.#visits.restoreOlder(found, pooledAttributes(attributes, this.#pool))
  }
}
