import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { z } from 'zod'
import { instantCell } from '../../schema/clickhouse/cell.ts'
import { dayText } from '../../schema/site/local-day.ts'
import { readPrivateFile, replacePrivateFile } from '../private-file.ts'
import { readSalts, type SaltRow, saltRow } from './read-salts.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
const snapshot = z.array(saltRow)

/** The instant at which a day's salt is destroyed everywhere: 48 h after the date began in UTC. */
export function saltExpiry(day: number): number {
  return (day + 2) * dayMs
}

/** The days that some zone on earth is in (UTC-12 to UTC+14), and those that begin somewhere within the hour. */
export function daysInUse(now: number): number[] {
  const first = Math.floor((now - 12 * hourMs) / dayMs)
  const last = Math.floor((now + 15 * hourMs) / dayMs)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

type Salt = Omit<SaltRow, 'salt'> & { bytes: Buffer }

function isBefore(one: Salt, other: Salt): boolean {
  if (one.created_at !== other.created_at) return one.created_at < other.created_at
  return Buffer.compare(one.bytes, other.bytes) < 0
}

/**
 * The random salts of visitor ids, one a local date, shared by all collectors through the table `salts`: of several for
 * a date everyone uses the smallest (created_at, salt). While ClickHouse is away a missing one is made here, kept in the
 * snapshot and inserted later. An expired salt leaves the memory and the snapshot; the verifier drops it from the table.
 */
export class Salts {
  readonly #client: ClickHouseClient
  readonly #file: string
  readonly #log: Logger
  readonly #now: () => number
  readonly #salts = new Map<number, Salt>()
  /** Days whose salt here is not known to be in the table. */
  readonly #unshared = new Set<number>()
  #written = ''

  constructor(options: { client: ClickHouseClient; folder: string; log: Logger; now: () => number }) {
    this.#client = options.client
    this.#file = join(options.folder, 'salts.json')
    this.#log = options.log
    this.#now = options.now
  }

  /** The salt of a local day, made when there is none; null once it was destroyed, or for a day that is not near. */
  of(day: number): Buffer | null {
    const now = this.#now()
    if (now >= saltExpiry(day)) return null
    const known = this.#salts.get(day)
    if (known) return known.bytes
    if (!daysInUse(now).includes(day)) return null
    const made = this.#make(day, now)
    this.#save()
    return made.bytes
  }

  /** Reads the snapshot of the last run. A missing or damaged one holds no salt. */
  loadSnapshot(): void {
    const text = readPrivateFile(this.#file)
    if (text === null) return
    this.#written = text
    try {
      for (const row of snapshot.parse(JSON.parse(text))) {
        this.#adopt(row)
        this.#unshared.add(row.day)
      }
    } catch (error) {
      this.#log.warn({ err: error, file: this.#file }, 'the snapshot of salts is damaged and was not used')
    }
    this.#destroyExpired()
    this.#save()
  }

  /** Destroys what is old, agrees with the table and makes what is missing. Throws when ClickHouse cannot answer. */
  async refresh(): Promise<void> {
    this.#destroyExpired()
    this.#save()
    await this.#readTable()
    const now = this.#now()
    for (const day of daysInUse(now)) if (!this.#salts.has(day)) this.#make(day, now)
    this.#save()
    if (this.#unshared.size === 0) return
    await this.#share()
    // Another collector may have made one at the same moment.
    await this.#readTable()
    this.#save()
  }

  #make(day: number, now: number): Salt {
    const salt = { day, created_at: now, bytes: randomBytes(32) }
    this.#salts.set(day, salt)
    this.#unshared.add(day)
    return salt
  }

  #adopt(row: SaltRow): void {
    const salt = { day: row.day, created_at: row.created_at, bytes: Buffer.from(row.salt, 'hex') }
    const known = this.#salts.get(row.day)
    if (!known || isBefore(salt, known)) this.#salts.set(row.day, salt)
  }

  async #readTable(): Promise<void> {
    const now = this.#now()
    const rows = await readSalts(this.#client, Math.floor(now / dayMs) - 2)
    for (const row of rows) {
      if (now >= saltExpiry(row.day)) continue
      this.#adopt(row)
      if (this.#salts.get(row.day)?.bytes.toString('hex') === row.salt) this.#unshared.delete(row.day)
    }
  }

  async #share(): Promise<void> {
    const values = [...this.#salts.values()]
      .filter((salt) => this.#unshared.has(salt.day))
      .map((salt) => ({
        day: dayText(salt.day),
        created_at: instantCell(salt.created_at),
        salt: salt.bytes.toString('hex'),
      }))
    await this.#client.insert({ table: 'salts', values, format: 'JSONEachRow' })
  }

  #destroyExpired(): void {
    const now = this.#now()
    for (const [day, salt] of this.#salts) {
      if (now < saltExpiry(day)) continue
      salt.bytes.fill(0)
      this.#salts.delete(day)
      this.#unshared.delete(day)
    }
  }

  #save(): void {
    const rows = [...this.#salts.values()].map((salt) => ({
      day: dayText(salt.day),
      created_at: instantCell(salt.created_at),
      salt: salt.bytes.toString('hex'),
    }))
    const text = JSON.stringify(rows)
    if (text === this.#written || (rows.length === 0 && this.#written === '')) return
    replacePrivateFile(this.#file, text)
    this.#written = text
  }
}
