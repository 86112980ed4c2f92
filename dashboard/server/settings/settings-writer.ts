import type { ClickHouseClient } from '@clickhouse/client'
import PQueue from 'p-queue'

/** The tables that only the dashboard writes. */
export type SettingsTable =
  | 'sites'
  | 'users'
  | 'logins'
  | 'api_keys'
  | 'revenue_connections'
  | 'goals'
  | 'experiments'

/**
 * Writes one version of a row and gives the version.
 *
 * @param previous the version that was read, 0n for a new row
 */
export type WriteRow = (
  table: SettingsTable,
  row: Record<string, unknown>,
  previous?: bigint,
) => Promise<bigint>

/**
 * The one writer of accounts, sites and settings: changes run one after another, so that what a change read is still
 * true when it writes. Versions are microseconds and always grow, even when the clock steps back.
 */
export class SettingsWriter {
  readonly #client: ClickHouseClient
  readonly #now: () => number
  readonly #queue = new PQueue({ concurrency: 1 })
  #last = 0n

  constructor(client: ClickHouseClient, now: () => number) {
    this.#client = client
    this.#now = now
  }

  /** Runs a change when those before it are done. It reads inside, and never starts another change. */
  async change<T>(act: (write: WriteRow) => Promise<T>): Promise<T> {
    return await this.#queue.add(() => act((table, row, previous = 0n) => this.#write(table, row, previous)))
  }

  /** Resolves when every change that was begun is stored. */
  async idle(): Promise<void> {
    await this.#queue.onIdle()
  }

  async #write(table: SettingsTable, row: Record<string, unknown>, previous: bigint): Promise<bigint> {
    const clock = BigInt(Math.floor(this.#now())) * 1000n
    const floor = (previous > this.#last ? previous : this.#last) + 1n
    const version = clock > floor ? clock : floor
    this.#last = version
    await this.#client.insert({
      table,
      values: [{ ...row, version: version.toString() }],
      format: 'JSONEachRow',
    })
    return version
  }
}
