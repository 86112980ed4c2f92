import type { AcceptedRows } from '../accepted-rows.ts'
import { ByteWriter } from './byte-writer.ts'
import { encodeRows } from './row-codec.ts'
import { recordHeadBytes, rowsHeadBytes, writeRowsHead } from './segment-format.ts'

/** What became of one request: durable, or refused because the journal is full. */
export type Outcome = 'stored' | 'overloaded'
type Waiter = { resolve: (outcome: Outcome) => void; reject: (error: Error) => void }

/** The requests that wait for the next write: one record, encoded as they come. Used again after `clear`. */
export class PendingRecord {
  requests: AcceptedRows[] = []
  events = 0
  claims = 0
  /** When the latest row was received (ms since 1970). */
  latest = 0
  #writer = new ByteWriter(64 * 1024)
  #waiters: Waiter[] = []

  constructor() {
    this.clear()
  }

  get bytes(): number {
    return this.#writer.length
  }

  get empty(): boolean {
    return this.requests.length === 0
  }

  /** Takes a request in. Throws RangeError, and takes nothing, when a row does not fit its table. */
  add(rows: AcceptedRows): Promise<Outcome> {
    encodeRows(this.#writer, rows)
    this.requests.push(rows)
    this.events += rows.events.length
    this.claims += rows.claims.length
    for (const event of rows.events) if (event.received_at > this.latest) this.latest = event.received_at
    for (const claim of rows.claims) if (claim.claimed_at > this.latest) this.latest = claim.claimed_at
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
    })
  }

  /** The record, with room for its head, as part of a batch. */
  frame(batch: number): Buffer {
    const record = this.#writer.written()
    writeRowsHead(record.subarray(recordHeadBytes), {
      batch,
      events: this.events,
      claims: this.claims,
      latest: this.latest,
    })
    return record
  }

  /** Answers every waiting request. */
  answer(outcome: Outcome): void {
    for (const waiter of this.#waiters) waiter.resolve(outcome)
  }

  fail(error: Error): void {
    for (const waiter of this.#waiters) waiter.reject(error)
  }

  clear(): void {
    this.requests = []
    this.#waiters = []
    this.events = 0
    this.claims = 0
    this.latest = 0
    this.#writer.clear()
    this.#writer.reserve(recordHeadBytes + rowsHeadBytes)
    this.#writer.length = recordHeadBytes + rowsHeadBytes
  }
}
