import type { Visit } from './visits.ts'

/**
 * Visits that a restart found in ClickHouse and of which nothing was heard since. They come newest first, so the next
 * one to be forgotten is always the last that came.
 */
export class RestoredVisits {
  readonly #byVisitor = new Map<bigint, Visit>()
  /** May hold visits that are no longer in the map. */
  readonly #newestFirst: Visit[] = []

  get size(): number {
    return this.#byVisitor.size
  }

  get(visitorId: bigint): Visit | undefined {
    return this.#byVisitor.get(visitorId)
  }

  /** Adds a visit that is as old as the last one added, or older. */
  add(visit: Visit): void {
    this.#byVisitor.set(visit.visitor_id, visit)
    this.#newestFirst.push(visit)
  }

  delete(visitorId: bigint): void {
    this.#byVisitor.delete(visitorId)
  }

  /** Forgets the oldest visit; false when there is none. */
  dropOldest(): boolean {
    for (let oldest = this.#newestFirst.pop(); oldest; oldest = this.#newestFirst.pop())
      if (this.#byVisitor.get(oldest.visitor_id) === oldest) return this.#byVisitor.delete(oldest.visitor_id)
    return false
  }

  /** Forgets visits without an event since a moment (ms). */
  dropBefore(since: number): void {
    for (let oldest = this.#newestFirst.at(-1); oldest; oldest = this.#newestFirst.at(-1)) {
      const isHere = this.#byVisitor.get(oldest.visitor_id) === oldest
      if (isHere && oldest.last_at > since) return
      this.#newestFirst.pop()
      if (isHere) this.#byVisitor.delete(oldest.visitor_id)
    }
  }
}
