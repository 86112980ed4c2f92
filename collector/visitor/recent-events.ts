/** How a recent event ended or will end. */
export type Storing = 'stored' | 'overloaded'

type Generation = { ids: Map<string, Promise<Storing> | null>; since: number }

/** Ids are given up at the latest after twice this long, in ms. */
const generationMs = 60 * 60_000
/** No event received longer ago (ms) needs to be remembered: a client has stopped retrying it. */
export const recentEventMs = generationMs

/**
 * The ids that clients gave to their recent events, so that a retried event is acknowledged and not stored twice.
 * Bounded for all sites together: of the last `limit` ids at least half is kept for an hour, and none for more than
 * two. 500,000 ids are about 70 MB.
 */
export class RecentEvents {
  readonly #generationSize: number
  #current: Generation = { ids: new Map(), since: 0 }
  #former: Generation = { ids: new Map(), since: 0 }

  constructor(limit = 500_000) {
    this.#generationSize = Math.ceil(limit / 2)
  }

  get size(): number {
    return this.#current.ids.size + this.#former.ids.size
  }

  /**
   * Whether an event was seen: null when not; otherwise how its storing ends, which may still be under way.
   */
  find(siteId: number, eventId: string): Promise<Storing> | null {
    const key = keyOf(siteId, eventId)
    let storing = this.#current.ids.get(key)
    if (storing === undefined) storing = this.#former.ids.get(key)
    return storing === undefined ? null : (storing ?? Promise.resolve('stored'))
  }

  /** Remembers an event. `storing` null: it is stored already. One that is not stored in the end is forgotten. */
  add(siteId: number, eventId: string, storing: Promise<Storing> | null, now: number): void {
    this.forget(now)
    const key = keyOf(siteId, eventId)
    const { ids } = this.#current
    ids.set(key, storing)
    storing?.then(
      (outcome) => {
        if (outcome === 'stored') ids.set(key, null)
        else ids.delete(key)
      },
      () => ids.delete(key),
    )
  }

  /** Forgets the older half when the newer is full or an hour old. */
  forget(now: number): void {
    const { ids, since } = this.#current
    if (ids.size < this.#generationSize && now - since < generationMs) return
    const isOld = now - since >= 2 * generationMs
    this.#former = isOld ? { ids: new Map(), since } : this.#current
    this.#current = { ids: new Map(), since: now }
  }
}

function keyOf(siteId: number, eventId: string): string {
  return `${siteId}:${eventId}`
}
