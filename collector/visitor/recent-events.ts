/** How a recent event ended or will end. */
export type Storing = 'stored' | 'overloaded'

type Generation = { ids: Map<string, Promise<Storing> | null>; since: number }

/** A generation of ids is given up after this many ids, or this long (ms); two are kept. */
const generationSize = 50_000
const generationMs = 60 * 60_000

/**
 * The ids that clients gave to their recent events, by site, so that a retried event is acknowledged and not stored
 * twice. Bounded: at least the last 50,000 of a site within the last hour.
 */
export class RecentEvents {
  readonly #sites = new Map<number, { current: Generation; former: Generation | null }>()

  /**
   * Whether an event was seen: null when not; otherwise how its storing ends, which may still be under way.
   */
  find(siteId: number, eventId: string): Promise<Storing> | null {
    const site = this.#sites.get(siteId)
    if (!site) return null
    for (const generation of [site.current, site.former]) {
      const storing = generation?.ids.get(eventId)
      if (storing !== undefined) return storing ?? Promise.resolve('stored')
    }
    return null
  }

  /** Remembers an event. `storing` null: it is stored already. One that is not stored in the end is forgotten. */
  add(siteId: number, eventId: string, storing: Promise<Storing> | null, now: number): void {
    const { ids } = this.#generation(siteId, now)
    ids.set(eventId, storing)
    storing?.then(
      (outcome) => {
        if (outcome === 'stored') ids.set(eventId, null)
        else ids.delete(eventId)
      },
      () => ids.delete(eventId),
    )
  }

  #generation(siteId: number, now: number): Generation {
    let site = this.#sites.get(siteId)
    if (!site) {
      site = { current: { ids: new Map(), since: now }, former: null }
      this.#sites.set(siteId, site)
    } else if (site.current.ids.size >= generationSize || now - site.current.since >= generationMs) {
      site.former = site.current
      site.current = { ids: new Map(), since: now }
    }
    return site.current
  }
}
