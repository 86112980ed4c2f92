import { randomInt } from 'node:crypto'
import type { VisitAttributes } from '../../schema/event/visit-attributes.ts'
import { RestoredVisits } from './restored-visits.ts'

/** A visit ends after this much inactivity, in ms. */
export const visitTimeout = 30 * 60_000
/** An ended visit can be continued by a buyer who returns from a payment provider for this long, in ms. */
export const visitMemory = 24 * 60 * 60_000

/** A visit in memory. `day` is the local day on which it began; `last_at` is ms. */
export type Visit = {
  site_id: number
  visitor_id: bigint
  session_id: bigint
  day: number
  last_at: number
  events: number
  pageviews: number
  interactions: number
  attributes: VisitAttributes
  /** It had ended when the visitor came back from paying: its claims are less sure. */
  continued: boolean
  /** Checkout Sessions already claimed by this visit, the last few. */
  claims: string[]
  /** Its opaque reference, made at the first need. */
  reference: string | null
}

/** What the journal or ClickHouse tells of a visit after a restart. */
export type FoundVisit = Omit<Visit, 'attributes' | 'continued' | 'claims' | 'reference'>

/** How an event counts in its visit. */
export type Counting = { pageview: boolean; interactive: boolean }

const claimsKept = 20

/** A visit's id: its start in ms and 20 random bits. */
export function newSessionId(startedAt: number): bigint {
  return (BigInt(startedAt) << 20n) | BigInt(randomInt(2 ** 20))
}

/**
 * Visits by visitor, the latest one of each: the active, and the ended of the last 24 hours. Bounded: beyond the limit
 * the visit that was quiet longest is forgotten.
 */
export class Visits {
  /** In the order of their last events. */
  readonly #byVisitor = new Map<bigint, Visit>()
  readonly #restored = new RestoredVisits()
  /** The last event, by site and day of the visit's start: whether a visit can still run from the day before. */
  readonly #lastByDay = new Map<number, number>()
  readonly #limit: number

  constructor(limit = 1_000_000) {
    this.#limit = limit
  }

  get size(): number {
    return this.#byVisitor.size + this.#restored.size
  }

  /** The visitor's visit if it is still active. */
  active(visitorId: bigint, now: number): Visit | null {
    const visit = this.#of(visitorId)
    return visit && now - visit.last_at < visitTimeout ? visit : null
  }

  /** The visitor's last visit of the last 24 hours, active or ended. */
  last(visitorId: bigint, now: number): Visit | null {
    const visit = this.#of(visitorId)
    return visit && now - visit.last_at < visitMemory ? visit : null
  }

  /** Whether any visit of a site that began on a day was active after a moment (ms). */
  anyOf(siteId: number, day: number, since: number): boolean {
    return (this.#lastByDay.get(siteDay(siteId, day)) ?? 0) > since
  }

  /** Starts a visit without an event; `record` follows. */
  start(options: Pick<Visit, 'site_id' | 'visitor_id' | 'day' | 'attributes'>, now: number): Visit {
    return {
      ...options,
      session_id: newSessionId(now),
      last_at: now,
      events: 0,
      pageviews: 0,
      interactions: 0,
      ...nothingElse(),
    }
  }

  /** Counts an event in its visit, which becomes the visitor's latest. A clock that goes back changes no order. */
  record(visit: Visit, counting: Counting, now: number): void {
    visit.events += 1
    if (counting.pageview) visit.pageviews += 1
    if (counting.interactive) visit.interactions += 1
    visit.last_at = Math.max(visit.last_at, now)
    this.#keep(visit)
  }

  /**
   * Takes back an event that could not be stored, unless a later one of the visit carries a number after it: a gap in
   * the numbers is harmless, but a number given twice hides a stored event. `last_at` and `continued` stay: the visitor
   * was here.
   *
   * @param eventNo the visit's number of the event
   */
  unrecord(visit: Visit, counting: Counting, eventNo: number): void {
    if (visit.events !== eventNo) return
    visit.events -= 1
    if (counting.pageview) visit.pageviews -= 1
    if (counting.interactive) visit.interactions -= 1
    if (visit.events <= 0 && this.#byVisitor.get(visit.visitor_id) === visit)
      this.#byVisitor.delete(visit.visitor_id)
  }

  /** Remembers a claim. False: this visit made it before. */
  claim(visit: Visit, stripeSessionId: string): boolean {
    if (visit.claims.includes(stripeSessionId)) return false
    visit.claims.push(stripeSessionId)
    if (visit.claims.length > claimsKept) visit.claims.shift()
    return true
  }

  /** Takes back a claim that could not be stored. */
  unclaim(visit: Visit, stripeSessionId: string): void {
    visit.claims = visit.claims.filter((claim) => claim !== stripeSessionId)
  }

  /**
   * Takes in a visit from the journal after a restart, event by event; what is later or larger wins.
   *
   * @param attributes asked for only when the visit is new here
   */
  restore(found: FoundVisit, attributes: () => VisitAttributes): void {
    const known = this.#of(found.visitor_id)
    if (!known || isEarlier(known, found))
      this.#keep({ ...found, attributes: attributes(), ...nothingElse() })
    else if (known.session_id === found.session_id) {
      raise(known, found)
      this.#keep(known)
    }
  }

  /**
   * Takes in a visit from ClickHouse after a restart, newest first; what is later or larger wins, so that events that
   * were accepted meanwhile do.
   *
   * @returns false when there is no room for it, nor for older ones
   */
  restoreOlder(found: FoundVisit, attributes: VisitAttributes): boolean {
    const known = this.#of(found.visitor_id)
    if (known && !isEarlier(known, found)) {
      if (known.session_id === found.session_id) raise(known, found)
      return true
    }
    if (this.size >= this.#limit) return false
    this.#byVisitor.delete(found.visitor_id)
    this.#restored.add({ ...found, attributes, ...nothingElse() })
    this.#noteDay(found)
    return true
  }

  /** Forgets visits that can no longer be continued. */
  sweep(now: number): void {
    for (const [visitorId, visit] of this.#byVisitor) {
      if (now - visit.last_at < visitMemory) break
      this.#byVisitor.delete(visitorId)
    }
    this.#restored.dropBefore(now - visitMemory)
    for (const [key, last] of this.#lastByDay) if (now - last >= visitMemory) this.#lastByDay.delete(key)
  }

  #of(visitorId: bigint): Visit | undefined {
    return this.#byVisitor.get(visitorId) ?? this.#restored.get(visitorId)
  }

  #keep(visit: Visit): void {
    if (visit.visitor_id === 0n) return
    this.#restored.delete(visit.visitor_id)
    this.#byVisitor.delete(visit.visitor_id)
    this.#byVisitor.set(visit.visitor_id, visit)
    this.#noteDay(visit)
    if (this.size <= this.#limit || this.#restored.dropOldest()) return
    for (const oldest of this.#byVisitor.keys()) {
      this.#byVisitor.delete(oldest)
      break
    }
  }

  #noteDay({ site_id, day, last_at }: FoundVisit): void {
    const key = siteDay(site_id, day)
    this.#lastByDay.set(key, Math.max(this.#lastByDay.get(key) ?? 0, last_at))
  }
}

/** One number for a site and a day, which is below 65,536 as in the tables. */
function siteDay(siteId: number, day: number): number {
  return siteId * 65_536 + day
}

function nothingElse(): Pick<Visit, 'continued' | 'claims' | 'reference'> {
  return { continued: false, claims: [], reference: null }
}

function isEarlier(visit: Visit, other: FoundVisit): boolean {
  return visit.session_id !== other.session_id && visit.last_at < other.last_at
}

/** The same visit's counts from two sources: the larger ones are the later ones. */
function raise(visit: Visit, found: FoundVisit): void {
  visit.last_at = Math.max(visit.last_at, found.last_at)
  visit.events = Math.max(visit.events, found.events)
  visit.pageviews = Math.max(visit.pageviews, found.pageviews)
  visit.interactions = Math.max(visit.interactions, found.interactions)
}
