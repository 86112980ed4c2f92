import { setTimeout as wait } from 'node:timers/promises'
import PQueue from 'p-queue'
import { RateWindow } from './rate-window.ts'
import type { Trouble } from './trouble.ts'

/** Requests at once to one account: Stripe limits those under way beside those per second. */
const mostAtOnce = 4
/** Failures in a row after which the account is left in peace for a while. */
const failuresBeforeRest = 5
/** How long a lowered rate is kept before it is doubled again. */
const calmMs = 30_000
const slowest = 0.25

export type QueueOptions = {
  /** Requests per second. */
  rate: number
  /** The shortest pause after a 429, in ms. */
  backoffMs: number
  /** How long the account rests after `failuresBeforeRest`, in ms. */
  restMs: number
  /** ms since 1970, for what owners see. */
  now: () => number
  /** ms, never stepping back, for what the rate is kept by. */
  clock: () => number
  /** The clock's time before which nothing is sent: a process before this one may have used up the rate. */
  notBefore: number
  random: () => number
}

type Answer = { kind: string } | Trouble
type RateLimited = Extract<Trouble, { kind: 'rate_limited' }>
type Task = () => Promise<void>

/**
 * The requests to one Stripe account in one mode, never faster than its rate. Those who ask have a lane each, and the
 * lanes take turns, so that a storm in one delays no other by more than a request. A 429 halves what it complains of,
 * the rate or the requests at once, which comes back with time; failures in a row give the account a rest, after which
 * one request finds out whether it is over. Nothing here outlives the process: pending work is in the tables.
 */
export class AccountQueue {
  #options: QueueOptions
  #rate: number
  #atOnce = mostAtOnce
  #queue = new PQueue({ concurrency: mostAtOnce })
  #window: RateWindow
  #lanes = new Map<string, Task[]>()
  #failures = 0
  #changes = 0
  #changedAt: number
  #pausedUntil = Number.NEGATIVE_INFINITY
  #resting = false
  #closing = new AbortController()

  constructor(options: QueueOptions) {
    this.#options = options
    this.#rate = options.rate
    this.#window = new RateWindow(options.clock, options.notBefore)
    this.#changedAt = options.clock()
  }

  /** Until when nothing is sent after failures in a row (ms since 1970), or null. */
  get restsUntil(): number | null {
    const left = this.#pausedUntil - this.#options.clock()
    return this.#resting && left > 0 ? this.#options.now() + left : null
  }

  /** Requests per second now. */
  get rate(): number {
    return this.#rate
  }

  /** Requests at once now. */
  get atOnce(): number {
    return this.#queue.concurrency
  }

  /** Runs one request when its lane's turn comes, and learns from the answer. */
  run<A extends Answer>(lane: string, ask: () => Promise<A>): Promise<A> {
    return new Promise((resolve, reject) => {
      const task = async () => {
        const changes = this.#changes
        try {
          const answer = await ask()
          this.#learn(answer, changes)
          resolve(answer)
        } catch (error) {
          reject(error)
        }
      }
      const tasks = this.#lanes.get(lane)
      if (tasks) tasks.push(task)
      else this.#lanes.set(lane, [task])
      this.#queue.add(() => this.#takeTurn()).catch(reject)
    })
  }

  /** Lets the tasks that still wait, and those to come, run at once: their connections are retired, so they ask nothing. */
  close(): void {
    this.#closing.abort()
    this.#queue.concurrency = Number.POSITIVE_INFINITY
  }

  async #takeTurn(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      const delay = this.#delay()
      if (delay === 0) break
      await wait(delay, undefined, { signal, ref: false }).catch(() => undefined)
    }
    const task = this.#next()
    this.#window.take()
    await task?.()
  }

  #delay(): number {
    const pause = Math.ceil(this.#pausedUntil - this.#options.clock())
    return Math.max(0, pause, this.#window.delay(this.#rate))
  }

  // The lane that was served goes behind the others.
  #next(): Task | undefined {
    for (const [lane, tasks] of this.#lanes) {
      const task = tasks.shift()
      this.#lanes.delete(lane)
      if (tasks.length > 0) this.#lanes.set(lane, tasks)
      if (task) return task
    }
    return undefined
  }

  #learn(answer: Answer, changes: number): void {
    const failed = answer.kind === 'unavailable' || answer.kind === 'rate_limited'
    this.#failures = failed ? this.#failures + 1 : 0
    if (!failed) this.#resting = false
    // Answers to requests of before a change say nothing about it: four 429s at once halve the rate once.
    if (changes === this.#changes) {
      if (this.#failures >= failuresBeforeRest) this.#rest()
      else if (answer.kind === 'rate_limited' && 'reason' in answer) this.#slowDown(answer)
      else if (!failed) this.#speedUp()
    }
    if (!this.#closing.signal.aborted) this.#queue.concurrency = this.#resting ? 1 : this.#atOnce
  }

  #speedUp(): void {
    const { rate, clock } = this.#options
    if (clock() - this.#changedAt < calmMs) return
    if (this.#rate === rate && this.#atOnce === mostAtOnce) return
    this.#change({ rate: Math.min(rate, this.#rate * 2), atOnce: Math.min(mostAtOnce, this.#atOnce * 2) })
  }

  #rest(): void {
    this.#resting = true
    this.#change({ pauseMs: this.#options.restMs })
  }

  #slowDown(answer: RateLimited): void {
    const { backoffMs, random, rate } = this.#options
    const bound = Math.min(300_000, backoffMs * 2 ** this.#failures)
    const pauseMs = Math.max(backoffMs, answer.retry_after_ms ?? 0, random() * bound)
    switch (answer.reason) {
      // About one object, which is asked for again later; the account's rate is none of its business.
      case 'lock_timeout':
      case 'resource-specific':
        return
      case 'global-concurrency':
      case 'endpoint-concurrency':
        this.#change({ atOnce: Math.max(1, this.#atOnce / 2), pauseMs })
        return
      case 'global-rate':
      case 'endpoint-rate':
      case 'unknown':
        this.#change({ rate: Math.max(Math.min(slowest, rate), this.#rate / 2), pauseMs })
    }
  }

  #change({ rate = this.#rate, atOnce = this.#atOnce, pauseMs = 0 }): void {
    const now = this.#options.clock()
    this.#rate = rate
    this.#atOnce = atOnce
    this.#changedAt = now
    this.#changes++
    if (pauseMs > 0) this.#pausedUntil = now + pauseMs
  }
}
