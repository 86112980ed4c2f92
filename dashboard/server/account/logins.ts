import { createHash, randomBytes } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { instant, instantCell, uint64 } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import type { SettingsWriter, WriteRow } from '../settings/settings-writer.ts'

const sql = sqlBeside(import.meta.url)
const hour = 3_600_000

/** A login ends after 12 h without a request, and after 7 days at the latest. */
export const loginLimits = { idle: 12 * hour, absolute: 7 * 24 * hour, touchEvery: 5 * 60_000 } as const

const loginRow = z.object({
  login_hash: z.string(),
  user_id: uint64,
  created_at: instant,
  last_seen_at: instant,
  version: uint64,
})
type Login = z.infer<typeof loginRow>

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

// The name of a login in answers: 64 bits of the hash, which tell nothing of the secret.
function idOf(hash: string): string {
  return hash.slice(0, 16)
}

function hasEnded(login: Login, now: number): boolean {
  return now - login.last_seen_at > loginLimits.idle || now - login.created_at > loginLimits.absolute
}

function rowOf(login: Omit<Login, 'version'>, deleted: boolean) {
  return {
    login_hash: login.login_hash,
    user_id: login.user_id.toString(),
    created_at: instantCell(login.created_at),
    last_seen_at: instantCell(login.last_seen_at),
    deleted,
  }
}

async function readLogins(
  client: ClickHouseClient,
  which: { login_hash: string } | { user_id: bigint },
): Promise<Login[]> {
  const params =
    'login_hash' in which ? { ...which, user_id: '0' } : { login_hash: '', user_id: which.user_id.toString() }
  return await readRows(client, { sql: sql(), params, row: loginRow })
}

/** Ends every login of a user, as a new password must. */
export async function endLoginsOf(client: ClickHouseClient, userId: bigint, write: WriteRow): Promise<void> {
  for (const login of await readLogins(client, { user_id: userId }))
    await write('logins', rowOf(login, true), login.version)
}

/** The logins of people: random ids in cookies, of which only hashes are stored. */
export class Logins {
  readonly #client: ClickHouseClient
  readonly #settings: SettingsWriter
  readonly #now: () => number
  // The requests of one page come together; a second is short enough for an end in another process to be seen.
  readonly #recent = new LRUCache<string, Login>({ max: 1_000, ttl: 1_000 })

  constructor(client: ClickHouseClient, settings: SettingsWriter, now: () => number) {
    this.#client = client
    this.#settings = settings
    this.#now = now
  }

  /** Begins a login and gives its secret, 256 random bits, which only the browser keeps. */
  async begin(userId: bigint): Promise<string> {
    const secret = randomBytes(32).toString('base64url')
    const now = this.#now()
    const login = { login_hash: hashOf(secret), user_id: userId, created_at: now, last_seen_at: now }
    await this.#settings.change((write) => write('logins', rowOf(login, false)))
    return secret
  }

  /** The user of a login that has not ended, or null. */
  async userOf(secret: string): Promise<bigint | null> {
    const login = await this.#find(hashOf(secret))
    if (login === null) return null
    const now = this.#now()
    if (hasEnded(login, now)) return null
    if (now - login.last_seen_at > loginLimits.touchEvery) await this.#touch(login.login_hash)
    return login.user_id
  }

  /** Ends a login: its cookie is worth nothing from now on. */
  async end(secret: string): Promise<void> {
    const hash = hashOf(secret)
    await this.#settings.change(async (write) => {
      const [login] = await readLogins(this.#client, { login_hash: hash })
      if (login) await write('logins', rowOf(login, true), login.version)
      this.#recent.delete(hash)
    })
  }

  /** The logins of a user that have not ended, the latest use first; times in ms. */
  async list(userId: bigint, secret: string) {
    const logins = await readLogins(this.#client, { user_id: userId })
    const current = hashOf(secret)
    return logins
      .filter((login) => !hasEnded(login, this.#now()))
      .sort((a, b) => b.last_seen_at - a.last_seen_at || b.created_at - a.created_at)
      .map(({ login_hash, created_at, last_seen_at }) => ({
        id: idOf(login_hash),
        created_at,
        last_seen_at,
        current: login_hash === current,
      }))
  }

  /**
   * Ends one login of a user, by the id that `list` gives.
   *
   * @returns false when this user has no such login; that of another user is none
   */
  async endOne(userId: bigint, id: string): Promise<boolean> {
    return await this.#settings.change(async (write) => {
      const logins = await readLogins(this.#client, { user_id: userId })
      const login = logins.find((each) => idOf(each.login_hash) === id && !hasEnded(each, this.#now()))
      if (!login) return false
      await write('logins', rowOf(login, true), login.version)
      this.#recent.delete(login.login_hash)
      return true
    })
  }

  async #find(hash: string): Promise<Login | null> {
    const known = this.#recent.get(hash)
    if (known) return known
    const [login] = await readLogins(this.#client, { login_hash: hash })
    if (!login) return null
    this.#recent.set(hash, login)
    return login
  }

  // Reads again inside the change: a login that ended meanwhile must not come back to life.
  async #touch(hash: string): Promise<void> {
    await this.#settings.change(async (write) => {
      const [login] = await readLogins(this.#client, { login_hash: hash })
      if (!login) return
      await write('logins', rowOf({ ...login, last_seen_at: this.#now() }, false), login.version)
      this.#recent.delete(hash)
    })
  }
}
