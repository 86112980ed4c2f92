import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Verdict } from './verdict-writer.ts'

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

  /** Resolves when everything is stored, or when a write fails now: the tables still hold the work. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#run
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, largestBatch)
      try {
        await this.#options.write(batch)
      } catch (error) {
        this.#options.log.warn({ err: error, claims: batch.length }, 'claims could not be stored yet')
        if (this.#closing.signal.aborted) return
        await wait(retryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined)
        continue
      }
      this.#waiting.splice(0, batch.length)
      this.#options.written(batch)
    }
  }
}
