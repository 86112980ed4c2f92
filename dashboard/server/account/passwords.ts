import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import PQueue from 'p-queue'
import { passwordBytes } from '../../contract/account.ts'

// argon2id (the package's default), 19 MiB, t=2, p=1: about 42 ms. Source: OWASP Password Storage Cheat Sheet.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Hashes and checks passwords, two at a time, so that a flood of logins takes neither memory nor every core. */
export class Passwords {
  readonly #queue = new PQueue({ concurrency: 2 })
  readonly #dummy = this.hash(randomBytes(16).toString('hex'))

  /** @throws when the password is so long that `matches` would refuse it; contract/account.ts does so before */
  async hash(password: string): Promise<string> {
    if (Buffer.byteLength(password) > passwordBytes)
      throw new Error(`a password may have ${passwordBytes} bytes`)
    return await this.#queue.add(() => hash(password, cost))
  }

  /**
   * Whether the password is the one of this hash.
   *
   * @param stored null for an unknown user: it takes as long, so that time tells no one who exists
   */
  async matches(stored: string | null, password: string): Promise<boolean> {
    if (Buffer.byteLength(password) > passwordBytes) return false
    const known = stored ?? (await this.#dummy)
    const same = await this.#queue.add(() => verify(known, password))
    return same && stored !== null
  }
}
