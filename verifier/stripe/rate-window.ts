/** How many requests in how long: 20 a second is 20 in 1000 ms, 2.5 a second 2 in 800 ms, 0.5 a second 1 in 2000 ms. */
function windowOf(rate: number): { most: number; lengthMs: number } {
  const most = Math.max(1, Math.floor(rate))
  return { most, lengthMs: Math.ceil((most / rate) * 1000) }
}

/**
 * A sliding window over the requests that were sent: none of its positions ever holds more than the rate allows. It
 * follows a monotonic clock, because p-queue's own follows `Date.now`: when that steps back an hour, p-queue waits an
 * hour, and when it steps forward, the rate is exceeded.
 */
export class RateWindow {
  #clock: () => number
  #starts: number[] = []
  #notBefore: number

  /**
   * @param clock ms, never stepping back
   * @param notBefore the clock's time of the first request: a process before this one may have sent some just now
   */
  constructor(clock: () => number, notBefore: number) {
    this.#clock = clock
    this.#notBefore = notBefore
  }

  /** How long to wait until another request keeps this rate (per second), in ms; 0 when it may go. */
  delay(rate: number): number {
    const now = this.#clock()
    const { most, lengthMs } = windowOf(rate)
    const earlier = this.#starts[this.#starts.length - most]
    const free = earlier === undefined ? 0 : earlier + lengthMs
    return Math.max(0, Math.ceil(Math.max(free, this.#notBefore) - now))
  }

  /** Counts a request that is sent now. */
  take(): void {
    this.#starts.push(this.#clock())
    if (this.#starts.length > 1000) this.#starts.splice(0, 500)
  }
}
