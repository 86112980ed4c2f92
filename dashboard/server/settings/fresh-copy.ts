/**
 * A copy of settings in memory, so that the requests of one page do not each read them. It is read again after
 * `maxAge` ms (another process may have written) and at once after `forget` (this one has).
 */
export class FreshCopy<T> {
  readonly #load: () => Promise<T>
  readonly #now: () => number
  readonly #maxAge: number
  #copy: { value: Promise<T>; at: number } | null = null

  constructor(load: () => Promise<T>, now: () => number, maxAge = 1_000) {
    this.#load = load
    this.#now = now
    this.#maxAge = maxAge
  }

  async get(): Promise<T> {
    const now = this.#now()
    const age = this.#copy === null ? Number.POSITIVE_INFINITY : now - this.#copy.at
    if (this.#copy !== null && age >= 0 && age < this.#maxAge) return await this.#copy.value
    const copy = { value: this.#load(), at: now }
    this.#copy = copy
    try {
      return await copy.value
    } catch (error) {
      if (this.#copy === copy) this.#copy = null
      throw error
    }
  }

  /** To call after a write: the next `get` reads, and a read that is under way is not kept. */
  forget(): void {
    this.#copy = null
  }
}
