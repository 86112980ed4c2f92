import { claimKey } from './open-claim.ts'

type Claim = { site_id: number; stripe_session_id: string }

/** Claims of one site that are asked about at once; the rest of its backlog stays in the tables. */
export const mostUnderWay = 100
const fewUnderWay = 50

/** The claims between being found in the tables and having their verdict there, so that none is asked about twice. */
export class UnderWay {
  #keys = new Map<number, Set<string>>()
  // What a read of the tables says of claims that finished while it ran is old: believing it would ask Stripe again.
  #finishedMeanwhile = new Set<string>()

  /** Call it before the tables are read for claims. */
  beginRead(): void {
    this.#finishedMeanwhile.clear()
  }

  /** Takes a claim, or gives false when it is taken or was finished since the read began. */
  take(claim: Claim): boolean {
    const key = claimKey(claim)
    const keys = this.#keys.get(claim.site_id) ?? new Set()
    if (keys.has(key) || this.#finishedMeanwhile.has(key)) return false
    this.#keys.set(claim.site_id, keys.add(key))
    return true
  }

  /** Its verdict is stored, or nothing came of it. */
  finish(claim: Claim): void {
    const key = claimKey(claim)
    const keys = this.#keys.get(claim.site_id)
    keys?.delete(key)
    if (keys?.size === 0) this.#keys.delete(claim.site_id)
    this.#finishedMeanwhile.add(key)
  }

  /** Whether more of this site's claims should be read. */
  hasRoom(siteId: number): boolean {
    return (this.#keys.get(siteId)?.size ?? 0) < fewUnderWay
  }
}
