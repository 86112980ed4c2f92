import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Verdict } from './claim-verdict.ts'

const largestBatch = 500
const retryMs = 1000

export type OutboxOptions = {
  write: (verdicts: readonly Verdict[]) => Promise<void>
  /** Called when they are stored. */
  written: (verdicts: readonly Verdict[]) => void
  log: Logger
}

/**
 * Verdicts on their way to the tables. One write at a time: what comes in while one runs goes with the next, so inserts
 * are few under load and prompt without it. A failed write is repeated until it succeeds, which asks Stripe nothing.
 */
export class VerdictOutbox {
  #options: OutboxOptions
  #waiting: Verdict[] = []
  #run: Promise<void> | null = null
  #closing = new AbortController()

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  add(verdict: Verdict): void {
    this.#waiting.push(verdict)
    this.#run ??= this.#drain().finally(() => {
      this.#run = null
    })
  }

  /** Resolves when everything is stored. */
  async idle(): Promise<void> {
    await this.#run
  }

  /** Resolves when everything is stored, or when a write fails now: the tables still hold the work. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#run
  }

  // One verdict that cannot be written must not hold up the others: after a failure they go one by one, the failed one
  // last.
  async #drain(): Promise<void> {
    let size = largestBatch
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, size)
      try {
        await this.#options.write(batch)
        this.#options.written(batch)
        size = Math.min(largestBatch, size * 2)
      } catch (error) {
        this.#options.log.warn({ err: error, claims: batch.length }, 'claims could not be stored yet')
        if (batch.length > 1) this.#waiting.unshift(...batch)
        else this.#waiting.push(...batch)
        size = 1
        if (this.#closing.signal.aborted) return
        await wait(retryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined)
      }
    }
  }
}
