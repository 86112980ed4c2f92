import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * The mark of a browser that has logged in to an account: a random id signed for that account. It grants nothing; it
 * only gives the browser a guess limit of its own (`guess-limit.ts`).
 *
 * Source: the device cookies of OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
 */
export class KnownDevices {
  readonly #key: Buffer

  constructor(masterKey: Buffer) {
    this.#key = Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), 'revtrail known device v1', 32))
  }

  mark(account: string): string {
    const id = randomBytes(16).toString('base64url')
    return `${id}.${this.#sign(id, account).toString('base64url')}`
  }

  /** The id of a browser that this account has seen, or null. */
  read(mark: string | undefined, account: string): string | null {
    const [id = '', signature = ''] = (mark ?? '').split('.')
    const given = Buffer.from(signature, 'base64url')
    const wanted = this.#sign(id, account)
    return given.length === wanted.length && timingSafeEqual(given, wanted) ? id : null
  }

  #sign(id: string, account: string): Buffer {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([id, account]))
      .digest()
  }
}
