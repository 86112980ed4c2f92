import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'

const sql = sqlBeside(import.meta.url)
const row = z.object({ version: uint64 })

/**
 * Versions that only grow: now in microseconds, but always above the one before, so that a clock that steps back, over
 * a restart too, loses nothing. What is read from Stripe is dated by one when its request is sent: of two answers about
 * the same object the later request wins, whichever is written first.
 */
export class VersionClock {
  #now: () => number
  #last: bigint

  /** @param last the highest version that the tables hold */
  constructor(now: () => number, last: bigint) {
    this.#now = now
    this.#last = last
  }

  tick(): bigint {
    const microseconds = BigInt(Math.floor(this.#now())) * 1000n
    this.#last = microseconds > this.#last ? microseconds : this.#last + 1n
    return this.#last
  }
}

/** A clock that goes on from whatever the verifier's tables hold. */
export async function openVersionClock(client: ClickHouseClient, now: () => number): Promise<VersionClock> {
  const rows = await readRows(client, { sql: sql(), row })
  return new VersionClock(now, rows[0]?.version ?? 0n)
}
