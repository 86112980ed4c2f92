/** The time (ms) as a page shows it, moved on every half minute so that "2 min ago" stays true. */
export class Clock {
  #now = $state(Date.now())

  get now(): number {
    return this.#now
  }

  run(): () => void {
    const timer = setInterval(() => {
      this.#now = Date.now()
    }, 30_000)
    return () => clearInterval(timer)
  }
}
