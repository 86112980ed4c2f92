import { LRUCache } from 'lru-cache'

const minute = 60_000

/** 20 tries per 10 minutes and address; from the 6th failure of an account on, a pause that doubles up to a minute. */
export const guessLimits = {
  perAddress: 20,
  window: 10 * minute,
  freeFailures: 5,
  longestPause: minute,
} as const

/**
 * Who tries to log in. `device` is set when the browser has logged in to this account before: such a browser has a
 * count of its own, so that no one else's guessing locks the owner out.
 */
export type Guesser = { address: string; account: string; device: string | null }

/** `first` is true for the first refusal since a try was allowed: one entry in the audit log is enough. */
export type GuessAnswer = { allowed: true } | { allowed: false; waitMs: number; first: boolean }

/** Counts password guesses. Memory is bounded; what is forgotten first is what was quiet the longest. */
export class GuessLimit {
  readonly #now: () => number
  readonly #tries = new LRUCache<string, number[]>({ max: 10_000 })
  readonly #failures = new LRUCache<string, { count: number; last: number }>({ max: 10_000 })
  readonly #refused = new LRUCache<string, true>({ max: 10_000 })

  constructor(now: () => number) {
    this.#now = now
  }

  /** Counts a try before its password is checked, so that tries at the same moment cannot pass together. */
  begin(guesser: Guesser): GuessAnswer {
    const now = this.#now()
    const [tryKey, failKey] = keysOf(guesser)
    const recent = (this.#tries.get(tryKey) ?? []).filter((at) => now - at < guessLimits.window)
    const [oldest] = recent
    if (oldest !== undefined && recent.length >= guessLimits.perAddress)
      return this.#refuse(tryKey, oldest + guessLimits.window - now)
    const failed = this.#failures.get(failKey) ?? { count: 0, last: 0 }
    const waitMs = failed.last + pauseAfter(failed.count) - now
    if (waitMs > 0) return this.#refuse(failKey, waitMs)
    this.#refused.delete(tryKey)
    this.#refused.delete(failKey)
    this.#tries.set(tryKey, [...recent, now])
    this.#failures.set(failKey, { count: failed.count + 1, last: now })
    return { allowed: true }
  }

  /** The password was right: its try does not count, and the account's failures are forgotten. */
  succeeded(guesser: Guesser): void {
    const [tryKey, failKey] = keysOf(guesser)
    this.#tries.set(tryKey, (this.#tries.get(tryKey) ?? []).slice(0, -1))
    this.#failures.delete(failKey)
  }

  #refuse(key: string, waitMs: number): GuessAnswer {
    const first = !this.#refused.has(key)
    this.#refused.set(key, true)
    return { allowed: false, waitMs, first }
  }
}

function keysOf({ address, account, device }: Guesser): [string, string] {
  return device === null
    ? [`address ${address}`, `account ${account}`]
    : [`device ${device}`, `device ${device}`]
}

function pauseAfter(failures: number): number {
  if (failures < guessLimits.freeFailures) return 0
  return Math.min(guessLimits.longestPause, 1_000 * 2 ** (failures - guessLimits.freeFailures))
}
