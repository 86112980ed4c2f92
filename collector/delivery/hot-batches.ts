import type { AcceptedRows } from '../accepted-rows.ts'
import { batchId, type SealedBatch } from '../journal/segment.ts'
import { BatchEncoder } from './batch-encoder.ts'

type Run = { batchId: bigint; encoder: BatchEncoder | null; rows: number }

// The run that grows, the batch that is being sent, and one between. Others are encoded from the journal again.
const encodersAtOnce = 3

/** The latest batches, encoded in memory while their rows came. Says when a run is large or old enough to be sent. */
export class HotBatches {
  #batchRows: number
  #intervalMs: number
  #onLarge: () => void
  #onDue: () => void
  #run: Run | null = null
  #sealed = new Map<bigint, BatchEncoder>()
  #free = Array.from({ length: encodersAtOnce }, () => new BatchEncoder())
  #timer: NodeJS.Timeout | null = null

  /**
   * @param options `batchRows` and `intervalMs` (from the first row) bound a run; `onLarge` and `onDue` are called
   * when it reaches them
   */
  constructor(options: {
    batchRows: number
    intervalMs: number
    onLarge: () => void
    onDue: () => void
  }) {
    this.#batchRows = options.batchRows
    this.#intervalMs = options.intervalMs
    this.#onLarge = options.onLarge
    this.#onDue = options.onDue
  }

  /** Takes in what the journal stored. */
  stored(requests: AcceptedRows[], id: bigint): void {
    const run = this.#run?.batchId === id ? this.#run : this.#begin(id)
    run.encoder?.append(requests, id)
    for (const rows of requests) run.rows += rows.events.length + rows.claims.length
    if (run.rows >= this.#batchRows) this.#onLarge()
  }

  /** Notes that a run ended. */
  sealed(batch: SealedBatch): void {
    const run = this.#run
    if (run?.batchId !== batchId(batch.segment, batch.index)) return
    if (run.encoder) this.#sealed.set(run.batchId, run.encoder)
    this.#run = null
    this.stopTimer()
  }

  /** The encoded batch, if it is in memory. Give it back with `release`. */
  take(batch: SealedBatch): BatchEncoder | null {
    return this.#sealed.get(batchId(batch.segment, batch.index)) ?? null
  }

  /** Frees the memory of a batch for the next run. */
  release(batch: SealedBatch): void {
    const id = batchId(batch.segment, batch.index)
    const encoder = this.#sealed.get(id)
    if (!encoder) return
    this.#sealed.delete(id)
    encoder.clear()
    this.#free.push(encoder)
  }

  stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }

  #begin(id: bigint): Run {
    this.#run = { batchId: id, encoder: this.#free.pop() ?? null, rows: 0 }
    this.stopTimer()
    this.#timer = setTimeout(this.#onDue, this.#intervalMs)
    return this.#run
  }
}
