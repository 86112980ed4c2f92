import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Readiness } from '../schema/process/probes.ts'

/** A ClickHouse request gives up after 60 s, so a step that takes longer than a few of them is stuck. */
const stuckMs = 200_000
/** How often a fault that goes on is logged, in steps. */
const stepsPerLog = 120

/** Runs a step again and again with a pause between, one at a time, whatever becomes of each. */
export class PollLoop {
  #step: () => Promise<void>
  #log: Logger
  #startedAt = performance.now()
  #fault = 'starting'
  #faults = 0
  #closing = new AbortController()
  #run: Promise<void>

  constructor(step: () => Promise<void>, { pollMs, log }: { pollMs: number; log: Logger }) {
    this.#step = step
    this.#log = log
    this.#run = this.#repeat(pollMs)
  }

  /** Resolves while the loop moves, which it also does when a step fails; waits while it is stuck. */
  async heartbeat(): Promise<void> {
    while (performance.now() - this.#startedAt > stuckMs) await wait(500)
  }

  /** Ready when the last step succeeded. */
  readiness(): Readiness {
    return this.#fault === '' ? { ready: true } : { ready: false, why: this.#fault }
  }

  /** Resolves when the step under way is done; no other starts. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#run
  }

  async #repeat(pollMs: number): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      this.#startedAt = performance.now()
      try {
        await this.#step()
        if (this.#faults > 0) this.#log.info('the tables answer again')
        this.#fault = ''
        this.#faults = 0
      } catch (error) {
        this.#fault = `The tables do not answer: ${error instanceof Error ? error.message : 'unknown fault'}`
        if (this.#faults++ % stepsPerLog === 0)
          this.#log.warn({ err: error }, 'a step failed and is repeated')
      }
      await wait(pollMs, undefined, { signal }).catch(() => undefined)
    }
  }
}
