import { randomBytes } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import { instantCell } from '../../../schema/clickhouse/cell.ts'
import { FreshCopy } from '../settings/fresh-copy.ts'
import type { SettingsWriter } from '../settings/settings-writer.ts'
import { type ApiKeyRow, hashApiKey, makeApiKey, readApiKeys } from './api-keys.ts'
import { type AuditEntry, writeAudit } from './audit.ts'
import type { Caller } from './caller.ts'
import { GuessLimit } from './guess-limit.ts'
import { KnownDevices } from './known-device.ts'
import { Logins } from './logins.ts'
import { Passwords } from './passwords.ts'
import { SetupToken } from './setup-token.ts'
import { readUsers, type User } from './users.ts'

type Options = {
  client: ClickHouseClient
  settings: SettingsWriter
  masterKey: Buffer
  dataDir: string
  now: () => number
}

/** People and programs that may use the dashboard: users, their logins and their API keys. */
export class Accounts {
  readonly passwords = new Passwords()
  readonly guesses: GuessLimit
  readonly devices: KnownDevices
  readonly logins: Logins
  readonly setupToken: SetupToken
  readonly #client: ClickHouseClient
  readonly #settings: SettingsWriter
  readonly #now: () => number
  readonly #users: FreshCopy<User[]>
  readonly #keys: FreshCopy<ApiKeyRow[]>

  constructor({ client, settings, masterKey, dataDir, now }: Options) {
    this.guesses = new GuessLimit(now)
    this.devices = new KnownDevices(masterKey)
    this.logins = new Logins(client, settings, now)
    this.setupToken = new SetupToken(dataDir, now)
    this.#client = client
    this.#settings = settings
    this.#now = now
    this.#users = new FreshCopy(() => readUsers(client), now)
    this.#keys = new FreshCopy(() => readApiKeys(client), now)
  }

  async users(): Promise<User[]> {
    return await this.#users.get()
  }

  async keys(): Promise<ApiKeyRow[]> {
    return await this.#keys.get()
  }

  /** True while no owner exists. */
  async isFirstRun(): Promise<boolean> {
    return !(await this.users()).some((user) => user.role === 'owner')
  }

  /**
   * Makes the first owner.
   *
   * @returns the owner, or null when there is one already; nothing is changed then
   */
  async createFirstOwner(email: string, password: string): Promise<User | null> {
    const password_hash = await this.passwords.hash(password)
    const owner = await this.#settings.change(async (write) => {
      const users = await readUsers(this.#client)
      if (users.some((user) => user.role === 'owner')) return null
      const user = {
        user_id: randomBytes(8).readBigUInt64BE(),
        email: email.trim().toLowerCase(),
        password_hash,
        role: 'owner',
        created_at: this.#now(),
      } as const
      const { user_id, created_at, ...rest } = user
      await write('users', {
        ...rest,
        user_id: user_id.toString(),
        created_at: instantCell(created_at),
        deleted: false,
      })
      return { ...user, version: 0n }
    })
    this.#users.forget()
    if (owner) await this.audit({ action: 'owner_created', userId: owner.user_id })
    return owner
  }

  /** The person behind a login's secret, or nobody. */
  async callerOfLogin(secret: string): Promise<Caller> {
    const userId = await this.logins.userOf(secret)
    const user = (await this.users()).find((each) => each.user_id === userId)
    return user ? { kind: 'login', user, secret } : { kind: 'anonymous' }
  }

  /** The program behind an API key, or nobody. A key dies with its person. */
  async callerOfKey(key: string): Promise<Caller> {
    const hash = hashApiKey(key)
    const row = (await this.keys()).find((each) => each.key_hash === hash)
    const user = (await this.users()).find((each) => each.user_id === row?.user_id)
    return row && user ? { kind: 'key', user, scope: row.scope } : { kind: 'anonymous' }
  }

  /** Makes an API key; the answer is the only time that it is seen. */
  async createKey(
    user: User,
    wanted: { name: string; scope: ApiKeyRow['scope'] },
  ): Promise<{ key: string; row: ApiKeyRow }> {
    const { key, hash, hint } = makeApiKey()
    const row = {
      key_id: randomBytes(8).readBigUInt64BE(),
      user_id: user.user_id,
      ...wanted,
      key_hash: hash,
      key_hint: hint,
      created_at: this.#now(),
      version: 0n,
    }
    await this.#settings.change((write) => write('api_keys', keyCells(row, false)))
    this.#keys.forget()
    await this.audit({
      action: 'api_key_created',
      userId: user.user_id,
      detail: `${wanted.name} (${wanted.scope})`,
    })
    return { key, row }
  }

  /** Revokes an API key; false when there is none of this id. */
  async revokeKey(user: User, keyId: bigint): Promise<boolean> {
    const revoked = await this.#settings.change(async (write) => {
      const row = (await readApiKeys(this.#client)).find((each) => each.key_id === keyId)
      if (row) await write('api_keys', keyCells(row, true), row.version)
      return row
    })
    this.#keys.forget()
    if (revoked) await this.audit({ action: 'api_key_revoked', userId: user.user_id, detail: revoked.name })
    return revoked !== undefined
  }

  async audit(entry: AuditEntry): Promise<void> {
    await writeAudit(this.#client, this.#now(), entry)
  }
}

function keyCells(row: ApiKeyRow, deleted: boolean) {
  const { version: _, ...rest } = row
  return {
    ...rest,
    key_id: row.key_id.toString(),
    user_id: row.user_id.toString(),
    created_at: instantCell(row.created_at),
    deleted,
  }
}
