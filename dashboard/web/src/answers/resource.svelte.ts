import type { Answer, Failure } from './answer.ts'

/**
 * One answer that a page shows. A newer load aborts the one before; the value that was there stays while the next one
 * is on its way and after it failed, so that a page never empties under its reader.
 */
export class Resource<T> {
  #value: T | null = $state.raw(null)
  #failure: Failure | null = $state.raw(null)
  #loading = $state(false)
  #running: AbortController | null = null

  get value(): T | null {
    return this.#value
  }

  get failure(): Failure | null {
    return this.#failure
  }

  /** True while a request is under way that the user waits for; a quiet one does not set it. */
  get loading(): boolean {
    return this.#loading
  }

  /** Nothing to show yet, and nothing that failed. */
  get pending(): boolean {
    return this.#value === null && this.#failure === null
  }

  async load(ask: (signal: AbortSignal) => Promise<Answer<T>>, { quiet = false } = {}): Promise<Answer<T>> {
    this.#running?.abort()
    const running = new AbortController()
    this.#running = running
    if (!quiet) this.#loading = true
    const answer = await ask(running.signal)
    if (this.#running !== running) return answer
    this.#running = null
    this.#loading = false
    if (answer.ok) {
      this.#value = answer.value
      this.#failure = null
    } else if (answer.failure.error !== 'aborted' && !(quiet && this.#value !== null)) {
      this.#failure = answer.failure
    }
    return answer
  }

  /** Puts a value that the page knows already, such as the answer of its own change. */
  set(value: T): void {
    this.cancel()
    this.#value = value
    this.#failure = null
  }

  /** Forgets the value, as when the page turns to another site. */
  clear(): void {
    this.cancel()
    this.#value = null
    this.#failure = null
  }

  cancel(): void {
    this.#running?.abort()
    this.#running = null
    this.#loading = false
  }
}
