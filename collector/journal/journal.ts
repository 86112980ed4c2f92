import type { AcceptedRows } from '../accepted-rows.ts'
import { ActiveSegment, type Group } from './active-segment.ts'
import { isDiskFull } from './disk.ts'
import { type JournalOptions, journalDefaults } from './journal-options.ts'
import { type Outcome, PendingRecord } from './pending-record.ts'
import { Quarantine } from './quarantine.ts'
import { recover } from './recovery.ts'
import { Room } from './room.ts'
import { batchesPerSegment, type SealedBatch } from './segment.ts'
import type { Settled } from './segment-format.ts'
import { readBatchRows, readRowsSince } from './segment-rows.ts'
import { SegmentShelf } from './segment-shelf.ts'
import { SpaceReserve } from './space-reserve.ts'

type Parts = { quarantine: Quarantine; shelf: SegmentShelf; active: ActiveSegment; reserve: SpaceReserve }

/**
 * The append-only log between the acknowledgement of an event and its row in ClickHouse. Whatever arrives while a sync
 * runs is made durable by the next one; there is no timer, so batches size themselves (64 callers: 77,000 records/s).
 */
export class Journal {
  #options: Required<JournalOptions>
  #quarantine: Quarantine
  #shelf: SegmentShelf
  #active: ActiveSegment
  #room: Room
  #pending = new PendingRecord()
  #spare = new PendingRecord()
  #settled: Settled[] = []
  #wants = { seal: false, roll: false, reap: false, space: false }
  #closing = false
  #failure: Error | null = null
  #running: Promise<void> | null = null

  private constructor(options: Required<JournalOptions>, parts: Parts) {
    this.#options = options
    this.#quarantine = parts.quarantine
    this.#shelf = parts.shelf
    this.#active = parts.active
    this.#room = new Room({ ...options, reserve: parts.reserve, onProbe: () => this.#probe() })
    this.#room.measure(parts.shelf.bytes)
  }

  /**
   * Recovers what earlier processes left in the folder and begins a new segment.
   *
   * @throws Error when a segment has another format version, or what the disk throws
   */
  static async open(given: JournalOptions): Promise<Journal> {
    const options = { ...journalDefaults, ...given }
    // A full journal must be able to shrink by a delivered segment, so there are several.
    options.segmentBytes = Math.min(options.segmentBytes, Math.floor(options.maxBytes / 8))
    const { disk, folder, log } = options
    await disk.makeFolder(folder)
    const reserve = new SpaceReserve(options, options.reserveBytes)
    await reserve.giveUp()
    const quarantine = await Quarantine.open(disk, folder)
    const shelf = new SegmentShelf(options, await recover({ disk, folder, log, quarantine }))
    const active = await ActiveSegment.create({ disk, folder, number: shelf.nextNumber, at: options.now() })
    shelf.segments.push(active.segment)
    const journal = new Journal(options, { quarantine, shelf, active, reserve })
    if (!(await reserve.take())) await journal.#room.enterFullDisk()
    return journal
  }

  /**
   * Resolves `stored` when the rows would survive a power cut, or `overloaded` when they were not taken: the journal or
   * the disk is full, the disk is too slow for the memory allowed, or the journal is closing.
   *
   * @throws RangeError when a row does not fit its table; Error after the disk failed
   */
  async append(rows: AcceptedRows): Promise<Outcome> {
    if (this.#failure) throw this.#failure
    if (rows.events.length + rows.claims.length === 0) return 'stored'
    if (this.#closing || this.#pending.bytes > this.#options.pendingBytes) return 'overloaded'
    if (this.#room.full !== 'no') return 'overloaded'
    if (!this.#room.admits(this.#pending.bytes)) {
      this.#shrink()
      return 'overloaded'
    }
    const outcome = this.#pending.add(rows)
    this.#kick()
    return await outcome
  }

  /** Asks for the end of the current batch; `onSealed` follows unless it is empty. */
  seal(): void {
    this.#wants.seal = true
    this.#kick()
  }

  /** Records that a batch is in ClickHouse or in quarantine. Forgetting it in a crash only costs a look. */
  settle(batch: SealedBatch): void {
    this.#settled.push(this.#shelf.settle(batch, this.#options.now()))
    this.#wants.reap = true
    this.#kick()
  }

  /** The oldest batch that waits for delivery. */
  get nextBatch(): SealedBatch | undefined {
    return this.#shelf.batches[0]
  }

  /** The requests of a batch, record by record, in their order. */
  readBatch(batch: SealedBatch): AsyncGenerator<AcceptedRows[]> {
    return readBatchRows(this.#options, batch)
  }

  /** The requests with a row received at or after a time (ms since 1970) that are still on disk, delivered or not. */
  recentRows(since: number): AsyncGenerator<AcceptedRows> {
    return readRowsSince(this.#options, this.#shelf.segments, since)
  }

  /** Keeps what can never be delivered. @returns once it is durable */
  async quarantine(name: string, bytes: Uint8Array): Promise<void> {
    await this.#quarantine.keep(name, bytes)
  }

  stats() {
    const waiting = this.#shelf.batches.reduce((rows, batch) => rows + batch.events + batch.claims, 0)
    const unsealed = this.#active.unsealed
    return {
      bytes: this.#shelf.bytes,
      segments: this.#shelf.segments.length,
      undeliveredRows: waiting + (unsealed ? unsealed.events + unsealed.claims : 0),
      oldestUndeliveredAt: this.#shelf.batches[0]?.since ?? unsealed?.since ?? null,
      unsealedRows: unsealed ? unsealed.events + unsealed.claims : 0,
      quarantined: this.#quarantine.count,
      full: this.#room.full,
    }
  }

  /** Resolves when everything appended or asked for so far is done, or cannot be done because the disk is full. */
  async settledDown(): Promise<void> {
    while (this.#running) await this.#running
  }

  /** Takes no more rows; those that wait are still stored. */
  refuse(): void {
    this.#closing = true
  }

  /** Takes no more rows, makes what was taken durable, and closes the file. */
  async close(): Promise<void> {
    this.refuse()
    await this.settledDown()
    this.#room.close()
    await this.#active.close()
  }

  #kick(): void {
    this.#running ??= this.#run()
  }

  // Waiting for the end of the loop's turn groups what several sockets brought in it.
  async #run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    try {
      while (this.#hasWork()) await this.#step()
    } catch (cause) {
      this.#fail(cause)
    }
    this.#running = null
  }

  #hasWork(): boolean {
    if (this.#failure || this.#room.stuck) return false
    const { seal, roll, reap, space } = this.#wants
    return !this.#pending.empty || this.#settled.length > 0 || seal || roll || reap || space
  }

  async #step(): Promise<void> {
    const rolling = this.#rollDue()
    const group = this.#takeGroup(rolling)
    try {
      if (group.rows || group.seal || group.settled.length > 0) await this.#commit(group)
      if (rolling) await this.#roll()
    } catch (error) {
      if (!isDiskFull(error)) {
        group.rows?.fail(failed(error))
        throw error
      }
      await this.#makeRoom(group)
    }
    if (this.#wants.reap) await this.#reap()
    if (this.#wants.space) await this.#room.tryDisk()
    this.#wants.space = false
    this.#room.measure(this.#shelf.bytes)
  }

  #takeGroup(rolling: boolean): Group {
    const seal = (this.#wants.seal || rolling) && this.#active.unsealed !== null
    const group = {
      settled: this.#settled,
      seal,
      rows: rolling || this.#pending.empty ? null : this.#pending,
    }
    this.#wants.seal = false
    this.#settled = []
    if (group.rows) {
      this.#pending = this.#spare
      this.#spare = group.rows
    }
    return group
  }

  async #commit(group: Group): Promise<void> {
    const sealed = await this.#active.commit(group, this.#options.now())
    if (sealed) {
      this.#shelf.batches.push(sealed)
      this.#options.onSealed(sealed)
    }
    if (!group.rows) return
    this.#options.onStored(group.rows.requests, this.#active.batchId)
    group.rows.answer('stored')
    group.rows.clear()
  }

  // A segment also ends by age, so that a quiet site's rows do not stay on disk for weeks.
  #rollDue(): boolean {
    const { segment, unsealed, batches } = this.#active
    if (batches === 0 && unsealed === null) this.#wants.roll = false
    const old = batches > 0 && this.#options.now() - segment.createdAt > this.#options.retentionMs
    const large = segment.bytes >= this.#options.segmentBytes || batches >= batchesPerSegment
    return this.#wants.roll || large || (old && this.#wants.seal)
  }

  async #roll(): Promise<void> {
    const { disk, folder, now } = this.#options
    const next = await ActiveSegment.create({ disk, folder, number: this.#shelf.nextNumber, at: now() })
    const last = this.#active
    this.#active = next
    this.#shelf.segments.push(next.segment)
    this.#wants.roll = false
    this.#wants.reap = true
    await last.close()
  }

  async #reap(): Promise<void> {
    this.#wants.reap = false
    const { now, retentionMs } = this.#options
    await this.#shelf.reap(this.#room.pressed ? Number.POSITIVE_INFINITY : now() - retentionMs)
  }

  // What was delivered can be deleted only by whole segments, so the current one ends here.
  #shrink(): void {
    this.#wants.roll = true
    this.#wants.reap = true
    this.#kick()
  }

  async #makeRoom(group: Group): Promise<void> {
    await this.#active.rollback()
    this.#settled = [...group.settled, ...this.#settled]
    for (const record of [group.rows, this.#pending]) {
      record?.answer('overloaded')
      record?.clear()
    }
    await this.#room.enterFullDisk()
    this.#shrink()
  }

  #probe(): void {
    this.#wants.space = true
    this.#wants.reap = true
    this.#kick()
  }

  #fail(cause: unknown): void {
    this.#failure = failed(cause)
    this.#pending.fail(this.#failure)
    this.#pending.clear()
    this.#room.close()
    this.#options.log.fatal(
      { err: cause },
      'the journal could not be written: nothing is acknowledged any more',
    )
    this.#options.onFatal(this.#failure)
  }
}

function failed(cause: unknown): Error {
  return new Error('The journal could not be written.', { cause })
}
