import type { Journal } from '../journal/journal.ts'
import type { SealedBatch } from '../journal/segment.ts'
import { backOff } from './backoff.ts'
import { deliverBatch } from './batch-delivery.ts'
import type { HotBatches } from './hot-batches.ts'
import type { Sending } from './part-delivery.ts'

type Work = { journal: Journal; hot: HotBatches; sending: Sending; now: () => number }

/**
 * Sends the journal's batches one after the other, in their order. While one is on its way the next run grows, so that
 * a slow ClickHouse gets fewer and larger inserts.
 */
export class Deliverer {
  #work: Work
  #wake = Promise.withResolvers<void>()
  #due = false
  #busy = true
  #ending = false
  #ended: Promise<void>
  #lastConfirmedAt: number | null = null

  constructor(work: Work) {
    this.#work = work
    this.#ended = this.#run()
  }

  /** When the last batch was settled (ms since 1970), or null. */
  get lastConfirmedAt(): number | null {
    return this.#lastConfirmedAt
  }

  /** Says that the current run is old enough: it ends now, or when the batches before it are sent. */
  due(): void {
    this.#due = true
    if (!this.#busy) this.#sealDue()
  }

  /** Says that a batch waits. */
  wake(): void {
    this.#wake.resolve()
  }

  /** Resolves when nothing waits any more, or the signal ended all tries. */
  async end(): Promise<void> {
    this.#ending = true
    this.wake()
    await this.#ended
  }

  async #run(): Promise<void> {
    const { journal, sending } = this.#work
    while (!sending.signal.aborted) {
      const batch = journal.nextBatch
      if (batch) await this.#deliver(batch)
      else if (this.#ending) return
      else await this.#rest()
    }
  }

  async #rest(): Promise<void> {
    this.#busy = false
    if (this.#due) this.#sealDue()
    await this.#wake.promise
    this.#wake = Promise.withResolvers()
    this.#busy = true
  }

  #sealDue(): void {
    this.#due = false
    this.#work.journal.seal()
  }

  async #deliver(batch: SealedBatch): Promise<void> {
    const { journal, hot, sending, now } = this.#work
    for (let tries = 0; !sending.signal.aborted; tries++) {
      try {
        await deliverBatch(batch, hot.take(batch), { journal, sending })
        hot.release(batch)
        journal.settle(batch)
        this.#lastConfirmedAt = now()
        return
      } catch (error) {
        if (sending.signal.aborted) return
        sending.log.error({ err: error }, 'a batch could not be read from the journal; it is tried again')
        await backOff(tries, sending.signal).catch(() => undefined)
      }
    }
  }
}
