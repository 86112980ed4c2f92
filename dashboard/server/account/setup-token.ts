import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const lifetime = 60 * 60_000

export type TokenAnswer = 'taken' | 'wrong' | 'expired' | 'used'

/**
 * The one-time token of the setup link: 128 random bits, valid for 60 minutes, used once. It stands in
 * `DATA_DIR/setup-token` (mode 0600) until then.
 */
export class SetupToken {
  readonly #file: string
  readonly #now: () => number
  #hash: Buffer | null = null
  #expiresAt = 0
  #state: 'none' | 'ready' | 'used' = 'none'

  constructor(dataDir: string, now: () => number) {
    this.#file = join(dataDir, 'setup-token')
    this.#now = now
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  }

  /** Makes a new token; the one before is worth nothing from now on. */
  create(): string {
    const token = randomBytes(16).toString('base64url')
    rmSync(this.#file, { force: true })
    writeFileSync(this.#file, `${token}\n`, { mode: 0o600, flag: 'wx' })
    this.#hash = hashOf(token)
    this.#expiresAt = this.#now() + lifetime
    this.#state = 'ready'
    return token
  }

  /** Uses the token. Of any number of callers at once exactly one gets `taken`. */
  take(token: string): TokenAnswer {
    if (this.#hash === null || !timingSafeEqual(this.#hash, hashOf(token))) return 'wrong'
    if (this.#state === 'used') return 'used'
    if (this.#now() >= this.#expiresAt) return 'expired'
    this.#state = 'used'
    return 'taken'
  }

  /** Gives back a token whose owner could not be made. */
  giveBack(): void {
    this.#state = 'ready'
  }

  /** Removes the file: an owner exists. */
  remove(): void {
    rmSync(this.#file, { force: true })
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
