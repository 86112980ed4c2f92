import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Disk, DiskFile } from './disk.ts'
import type { PendingRecord } from './pending-record.ts'
import { batchId, newSegment, type SealedBatch, type Segment } from './segment.ts'
import {
  addToSealCrc,
  encodeHeader,
  encodeRecord,
  encodeSeal,
  encodeSettled,
  finishRecord,
  headerBytes,
  type Settled,
} from './segment-format.ts'

/** What one write and one sync make durable: a seal of the rows so far comes before the new rows. */
export type Group = { settled: Settled[]; seal: boolean; rows: PendingRecord | null }

type Run = { start: number; end: number; events: number; claims: number; crc: number; since: number }

/** The last segment of a journal, the only one that is written to. */
export class ActiveSegment {
  readonly segment: Segment
  #file: DiskFile
  #sequence = 0
  #batch = 0
  #run: Run | null = null

  private constructor(file: DiskFile, segment: Segment) {
    this.#file = file
    this.segment = segment
  }

  /** Makes a segment with a new random epoch; it and its name in the folder are durable when this resolves. */
  static async create(place: {
    disk: Disk
    folder: string
    number: number
    at: number
  }): Promise<ActiveSegment> {
    const { disk, folder, number, at } = place
    const segment = newSegment({ number, epoch: randomBytes(8).readBigUInt64LE() }, at)
    const path = join(folder, segment.fileName)
    const file = await disk.create(path)
    try {
      await file.write(encodeHeader(segment.name, at), 0)
      await file.sync()
      await disk.syncFolder(folder)
    } catch (error) {
      await file.close()
      await disk.remove(path)
      throw error
    }
    segment.bytes = headerBytes
    return new ActiveSegment(file, segment)
  }

  /** The rows that no seal covers yet. */
  get unsealed(): { events: number; claims: number; since: number } | null {
    return this.#run
  }

  /** How many batches were begun. */
  get batches(): number {
    return this.#batch
  }

  /** The `batch_id` of the rows that are appended next. */
  get batchId(): bigint {
    return batchId(this.segment.name, this.#batch)
  }

  /**
   * Writes and syncs a group.
   *
   * @param at now, in ms since 1970
   * @returns the batch that the group's seal completed
   * @throws what the disk throws; the segment counts as not written then, and `rollback` should follow
   */
  async commit(group: Group, at: number): Promise<SealedBatch | null> {
    const { name } = this.segment
    let sequence = this.#sequence
    const next = (kind: 'settled' | 'seal', payload: Uint8Array) =>
      encodeRecord({ kind, sequence: sequence++, epoch: name.epoch }, payload)
    const head = group.settled.map((settled) => next('settled', encodeSettled(settled)))
    const sealed = group.seal ? this.#run : null
    if (sealed) head.push(next('seal', encodeSeal({ ...sealed, batch: this.#batch })))
    const start = this.segment.bytes + head.reduce((bytes, record) => bytes + record.length, 0)
    if (head.length > 0) await this.#file.write(Buffer.concat(head), this.segment.bytes)
    const record = group.rows?.frame(sealed ? this.#batch + 1 : this.#batch)
    if (record) {
      finishRecord(record, { kind: 'rows', sequence: sequence++, epoch: name.epoch })
      await this.#file.write(record, start)
    }
    await this.#file.sync()
    this.#sequence = sequence
    this.segment.bytes = start + (record?.length ?? 0)
    const batch = sealed ? this.#close(sealed) : null
    if (record && group.rows) this.#extend({ record, rows: group.rows, start, at })
    return batch
  }

  #close(run: Run): SealedBatch {
    const { start, end, events, claims, since } = run
    const index = this.#batch++
    this.#run = null
    return { segment: this.segment.name, index, start, end, events, claims, since, doubtful: false }
  }

  #extend(added: { record: Buffer; rows: PendingRecord; start: number; at: number }): void {
    const { record, rows, start, at } = added
    this.#run ??= { start, end: start, events: 0, claims: 0, crc: 0, since: at }
    this.#run.end = start + record.length
    this.#run.events += rows.events
    this.#run.claims += rows.claims
    this.#run.crc = addToSealCrc(this.#run.crc, record)
    this.segment.open.add(this.#batch)
    this.segment.latest = Math.max(this.segment.latest, rows.latest)
  }

  /**
   * Gives back the bytes of a write that failed. A later write begins at the same place, so a failure here is harmless.
   */
  async rollback(): Promise<void> {
    await this.#file.truncate(this.segment.bytes).catch(() => undefined)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
