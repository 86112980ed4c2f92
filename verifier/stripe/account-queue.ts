import PQueue from 'p-queue'
import type { AccountAnswer, KeyAnswer, SessionAnswer, Trouble } from './stripe-api.ts'

/** Requests at once to one account: Stripe limits those under way beside those per second. */
const concurrency = 4
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
  now: () => number
  random: () => number
}

type Answer = SessionAnswer | AccountAnswer | KeyAnswer | { kind: 'superseded' }
type RateLimited = Extract<Trouble, { kind: 'rate_limited' }>

/**
 * The requests to one Stripe account in one mode, in order and never faster than its rate. A 429 pauses it and halves
 * the rate, which comes back with time; failures in a row give the account a rest. Nothing here outlives the process:
 * pending work is in the tables.
 */
export class AccountQueue {
  #options: QueueOptions
  #rate: number
  #queue: PQueue
  // The tasks stand here and not in p-queue, whose rate is fixed: a new rate is a new PQueue over the same tasks.
  #waiting: (() => Promise<void>)[] = []
  #failures = 0
  #changedAt = 0
  #restsUntil = 0
  #closed = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: QueueOptions) {
    this.#options = options
    this.#rate = options.rate
    this.#queue = queueOf(options.rate)
  }

  /** Until when nothing is sent after failures in a row (ms since 1970), or null. */
  get restsUntil(): number | null {
    return this.#restsUntil > this.#options.now() ? this.#restsUntil : null
  }

  /** Requests per second now. */
  get rate(): number {
    return this.#rate
  }

  /** Runs one request when its turn comes, and learns from the answer. */
  run<A extends Answer>(ask: () => Promise<A>): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(async () => {
        const queue = this.#queue
        try {
          const answer = await ask()
          this.#learn(answer, queue)
          resolve(answer)
        } catch (error) {
          reject(error)
        }
      })
      if (this.#closed) void this.#waiting.pop()?.()
      else this.#enter(this.#queue)
    })
  }

  /** Lets the tasks that still wait, and those to come, run at once: their connections are retired, so they ask nothing. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#queue.clear()
    for (const task of this.#waiting.splice(0)) void task()
  }

  #enter(queue: PQueue): void {
    // A place that is cleared by a change of rate is taken again in the new queue, so its rejection says nothing.
    queue.add(async () => await this.#waiting.shift()?.()).catch(() => undefined)
  }

  #learn(answer: Answer, queue: PQueue): void {
    const failed = answer.kind === 'unavailable' || answer.kind === 'rate_limited'
    this.#failures = failed ? this.#failures + 1 : 0
    // Answers to requests of an earlier rate say nothing about this one: four 429s at once halve it once.
    if (queue !== this.#queue) return
    if (this.#failures >= failuresBeforeRest) this.#rest()
    else if (answer.kind === 'rate_limited') this.#slowDown(answer)
    else if (!failed) this.#speedUp()
  }

  #speedUp(): void {
    const { rate, now } = this.#options
    if (this.#rate < rate && now() - this.#changedAt >= calmMs)
      this.#change(Math.min(rate, this.#rate * 2), 0)
  }

  #rest(): void {
    this.#restsUntil = this.#options.now() + this.#options.restMs
    this.#change(this.#rate, this.#options.restMs)
  }

  #slowDown(answer: RateLimited): void {
    // A lock on one object says nothing about the account's rate.
    if (answer.reason === 'lock_timeout') return
    const { backoffMs, random } = this.#options
    const pause = Math.max(backoffMs, answer.retry_after_ms ?? 0, random() * backoffMs * 2 ** this.#failures)
    this.#change(Math.max(Math.min(slowest, this.#options.rate), this.#rate / 2), pause)
  }

  // The new queue knows nothing of what the old one sent, so it starts when the old one's window is over.
  #change(rate: number, pauseMs: number): void {
    this.#queue.clear()
    const queue = queueOf(rate)
    const windowMs = windowOf(this.#rate).interval
    queue.pause()
    this.#queue = queue
    this.#rate = rate
    this.#changedAt = this.#options.now()
    for (const _ of this.#waiting) this.#enter(queue)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => queue.start(), Math.max(pauseMs, windowMs))
    this.#timer.unref()
  }
}

function queueOf(rate: number): PQueue {
  return new PQueue({ concurrency, ...windowOf(rate), strict: true })
}

/** A sliding window with whole requests in it: 2.5 a second is 2 in 800 ms. */
function windowOf(rate: number): { intervalCap: number; interval: number } {
  const intervalCap = Math.max(1, Math.floor(rate))
  return { intervalCap, interval: Math.ceil((intervalCap / rate) * 1000) }
}
