import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import type { AcceptedRows } from '../accepted-rows.ts'
import type { Disk } from '../journal/disk.ts'
import { Journal } from '../journal/journal.ts'
import type { Outcome } from '../journal/pending-record.ts'
import { Deliverer } from './deliverer.ts'
import { HotBatches } from './hot-batches.ts'

export type EventStoreOptions = {
  /** Where the journal lies. One process at a time. */
  folder: string
  /** The writer. Its `request_timeout` bounds a try. */
  client: ClickHouseClient
  log: Logger
  /** The clock, in milliseconds since 1970. */
  now: () => number
  /** Above this many bytes on disk new rows are refused. */
  maxBytes: number
  /** Called once when the disk failed: nothing is acknowledged from then on, and the process should exit. */
  onFatal: (error: Error) => void
  /** How long rows wait for others before they are sent (ms). */
  batchIntervalMs?: number
  /** So many rows are sent at once. */
  batchRows?: number
  /** How long `close` goes on delivering (ms). */
  drainMs?: number
  disk?: Disk
  segmentBytes?: number
  /** How long a delivered segment stays on disk (ms). */
  retentionMs?: number
}

/** The state of a store, for `/ready` and metrics. */
export type EventStoreStats = {
  bytes: number
  segments: number
  undeliveredRows: number
  /** How long the oldest row that ClickHouse does not have yet has waited (ms). */
  backlogAgeMs: number
  /** When ClickHouse last confirmed a batch (ms since 1970), or null before the first. */
  lastConfirmedAt: number | null
  /** Damaged stretches and refused rows that lie in the folder `quarantine`. */
  quarantined: number
  /** Why rows are refused, if they are. */
  full: 'no' | 'journal' | 'disk'
}

/** The durable half of the collector: rows on their way from the acknowledgement to ClickHouse. */
export type EventStore = {
  /**
   * Resolves `stored` when the rows would survive a power cut, whole; `overloaded` when they were not taken (journal or
   * disk full, or closing). Throws RangeError when a row does not fit its table, and Error after the disk failed.
   */
  append: (rows: AcceptedRows) => Promise<Outcome>
  /** The requests with a row received since a time (ms since 1970) that are still on disk, delivered or not. */
  recentRows: (since: number) => AsyncIterable<AcceptedRows>
  stats: () => EventStoreStats
  /** Takes no more, delivers what is left for `drainMs` at most, and resolves; the rest is safe on disk. */
  close: () => Promise<void>
}

/**
 * Opens the journal in `folder`, recovers what is in it and begins to deliver it.
 *
 * @throws Error when the journal has another format version, or what the disk throws
 */
export async function openEventStore(options: EventStoreOptions): Promise<EventStore> {
  const { client, log, now, batchIntervalMs = 1_000, batchRows = 50_000, drainMs = 8_000 } = options
  const hot = new HotBatches({
    batchRows,
    intervalMs: batchIntervalMs,
    onLarge: () => journal.seal(),
    onDue: () => deliverer.due(),
  })
  const journal = await Journal.open({
    ...options,
    onStored: (requests, batchId) => hot.stored(requests, batchId),
    onSealed: (batch) => {
      hot.sealed(batch)
      deliverer.wake()
    },
  })
  const stop = new AbortController()
  const quarantine = (name: string, bytes: Uint8Array) => journal.quarantine(name, bytes)
  const deliverer = new Deliverer({
    journal,
    hot,
    now,
    sending: { client, log, signal: stop.signal, quarantine },
  })

  let closed: Promise<void> | null = null

  async function close(): Promise<void> {
    journal.refuse()
    hot.stopTimer()
    journal.seal()
    await journal.settledDown()
    const deadline = setTimeout(() => stop.abort(), drainMs)
    await deliverer.end()
    clearTimeout(deadline)
    await journal.close()
    const { undeliveredRows } = journal.stats()
    if (undeliveredRows > 0)
      log.warn({ rows: undeliveredRows }, 'ClickHouse did not take all rows; they wait in the journal')
  }

  return {
    append: (rows) => journal.append(rows),
    recentRows: (since) => journal.recentRows(since),
    stats: () => {
      const { bytes, segments, undeliveredRows, oldestUndeliveredAt, quarantined, full } = journal.stats()
      const backlogAgeMs = oldestUndeliveredAt === null ? 0 : Math.max(0, now() - oldestUndeliveredAt)
      const { lastConfirmedAt } = deliverer
      return { bytes, segments, undeliveredRows, backlogAgeMs, lastConfirmedAt, quarantined, full }
    },
    close: () => {
      closed ??= close()
      return closed
    },
  }
}
