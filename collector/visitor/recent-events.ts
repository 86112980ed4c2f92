/** How a recent event ended or will end. */
export type Storing = 'stored' | 'overloaded'

/** Ids by site: one map of joined keys takes twice the time. */
type Generation = { sites: Map<number, Map<string, Promise<Storing> | null>>; size: number; since: number }

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
  #current: Generation = { sites: new Map(), size: 0, since: 0 }
  #former: Generation = { sites: new Map(), size: 0, since: 0 }

  constructor(limit = 500_000) {
    this.#generationSize = Math.ceil(limit / 2)
  }

  get size(): number {
    return this.#current.size + this.#former.size
  }

  /**
   * Whether an event was seen: null when not; otherwise how its storing ends, which may still be under way.
   */
  find(siteId: number, eventId: string): Promise<Storing> | null {
    let storing = this.#current.sites.get(siteId)?.get(eventId)
    if (storing === undefined) storing = this.#former.sites.get(siteId)?.get(eventId)
    return storing === undefined ? null : (storing ?? Promise.resolve('stored'))
  }

  /** Remembers an event. `storing` null: it is stored already. One that is not stored in the end is forgotten. */
  add(siteId: number, eventId: string, storing: Promise<Storing> | null, now: number): void {
    this.forget(now)
    const generation = this.#current
    let ids = generation.sites.get(siteId)
    if (!ids) {
      ids = new Map()
      generation.sites.set(siteId, ids)
    }
    ids.set(eventId, storing)
    generation.size += 1
    if (storing) void settle(storing, eventId, ids)
  }

  /** Forgets the older half when the newer is full or an hour old. */
  forget(now: number): void {
    const { size, since } = this.#current
    if (size < this.#generationSize && now - since < generationMs) return
    const isOld = now - since >= 2 * generationMs
    this.#former = isOld ? { sites: new Map(), size: 0, since } : this.#current
    this.#current = { sites: new Map(), size: 0, since: now }
  }
}

async function settle(
  storing: Promise<Storing>,
  eventId: string,
  ids: Map<string, Promise<Storing> | null>,
): Promise<void> {
  const outcome = await storing.catch(() => 'overloaded')
  if (outcome === 'stored') ids.set(eventId, null)
  else ids.delete(eventId)
}
