import { LRUCache } from 'lru-cache'

/** A rate: events per second, and how many may come at once. `perSecond` 0 is no limit. */
export type Rate = { perSecond: number; burst: number }

/**
 * Token buckets by key, in a bounded memory: of more than 100,000 keys the least recently seen starts afresh, so that a
 * limiter under attack lets traffic through.
 */
export class RateLimit {
  readonly #rate: Rate
  readonly #buckets = new LRUCache<string | number, { tokens: number; at: number }>({ max: 100_000 })

  constructor(rate: Rate) {
    this.#rate = rate
  }

  /**
   * Takes tokens for one request. A request passes whole while a token is left, and may leave the bucket in debt: a
   * batch larger than the burst would otherwise never pass, and the average is kept all the same.
   *
   * @param key whom to limit
   * @param cost how many events the request holds
   * @param now ms
   */
  take(key: string | number, cost: number, now: number): boolean {
    const { perSecond, burst } = this.#rate
    if (perSecond === 0) return true
    const bucket = this.#buckets.get(key)
    if (!bucket) {
      this.#buckets.set(key, { tokens: burst - cost, at: now })
      return true
    }
    const elapsed = Math.max(0, now - bucket.at)
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsed / 1_000) * perSecond)
    bucket.at = now
    if (bucket.tokens < 1) return false
    bucket.tokens -= cost
    return true
  }
}
