import { createHash } from 'node:crypto'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** The largest multiple of 62 in a byte: bytes above it are skipped, so that no letter is favoured. */
const FAIR_BYTES = 248

export type Random = {
  /** `length` letters of base 62. */
  token(length: number): string
  /** A number in [0, 1). */
  fraction(): number
  pick<const T extends readonly unknown[]>(choices: T): T[number]
}

/**
 * A seeded source: the same seed gives the same ids, keys, buyers and faults in the same order.
 * SHA-512 of seed and counter, so that two seeds never share a run of ids.
 */
export function createRandom(seed: string | number): Random {
  let counter = 0
  let pool = Buffer.alloc(0)
  let offset = 0

  function byte(): number {
    if (offset >= pool.length) {
      pool = createHash('sha512').update(`${seed}/${counter}`).digest()
      counter += 1
      offset = 0
    }
    const value = pool[offset] ?? 0
    offset += 1
    return value
  }

  // Through a buffer: a string that grows letter by letter stays a chain of pieces, and the double keeps millions.
  function token(length: number): string {
    const letters = Buffer.alloc(length)
    for (let at = 0; at < length; ) {
      const value = byte()
      if (value >= FAIR_BYTES) continue
      letters[at] = BASE62.charCodeAt(value % BASE62.length)
      at += 1
    }
    return letters.toString('latin1')
  }

  const fraction = () => ((byte() * 256 + byte()) * 256 + byte()) / 2 ** 24
  return {
    token,
    fraction,
    pick: (choices) => choices[Math.floor(fraction() * choices.length)],
  }
}
