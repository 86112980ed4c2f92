import { join } from 'node:path'
import type { Disk } from './disk.ts'
import type { SealedBatch, Segment } from './segment.ts'
import type { Settled } from './segment-format.ts'

/** The segments of a journal, oldest first, and the batches that wait for delivery, in their order. */
export class SegmentShelf {
  readonly segments: Segment[]
  readonly batches: SealedBatch[]
  #disk: Disk
  #folder: string

  constructor(place: { disk: Disk; folder: string }, found: { segments: Segment[]; batches: SealedBatch[] }) {
    this.#disk = place.disk
    this.#folder = place.folder
    this.segments = found.segments
    this.batches = found.batches
  }

  get bytes(): number {
    return this.segments.reduce((bytes, segment) => bytes + segment.bytes, 0)
  }

  /** The number for the next segment. */
  get nextNumber(): number {
    return (this.segments.at(-1)?.name.number ?? 0) + 1
  }

  /** Notes that a batch needs no delivery any more, and gives the record that says so. */
  settle(batch: SealedBatch, at: number): Settled {
    const place = this.batches.indexOf(batch)
    if (place >= 0) this.batches.splice(place, 1)
    const segment = this.segments.find((each) => each.name.epoch === batch.segment.epoch)
    segment?.open.delete(batch.index)
    if (segment) segment.settledAt = Math.max(segment.settledAt, at)
    return { segment: batch.segment, batch: batch.index, at }
  }

  /**
   * Deletes segments whose batches are all settled, oldest first, never the last one: what says that a batch is
   * settled lies in a later segment.
   *
   * @param settledBefore only those whose last batch was settled before that time (ms since 1970)
   */
  async reap(settledBefore: number): Promise<number> {
    const done: Segment[] = []
    for (const segment of this.segments.slice(0, -1)) {
      if (segment.open.size > 0 || segment.settledAt > settledBefore) break
      if (!segment.keep) done.push(segment)
    }
    for (const segment of done) {
      await this.#disk.remove(join(this.#folder, segment.fileName))
      this.segments.splice(this.segments.indexOf(segment), 1)
    }
    if (done.length > 0) await this.#disk.syncFolder(this.#folder)
    return done.length
  }
}
