import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, instantCell, uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { nextVersion } from '../payments/row-version.ts'
import type { Health } from './open-connection.ts'

const sql = sqlBeside(import.meta.url)

const healthRow = z.object({
  site_id: z.number().int(),
  state: z.string(),
  detail: z.string(),
  checked_at: instant,
  version: uint64,
})

type Written = z.infer<typeof healthRow>

/** How often an unchanged state is written again, so that the owner sees when the key was last used. */
const refreshMs = 60_000

/** Writes how each site's key is doing, when that changes and now and then while it does not. */
export class ConnectionHealth {
  #client: ClickHouseClient
  #written: Map<number, Written> | null = null

  constructor(client: ClickHouseClient) {
    this.#client = client
  }

  /** Writes what is new among the health of these connections. */
  async write(current: readonly { siteId: number; health: Health }[], now: number): Promise<void> {
    const written = await this.#load()
    const rows = current.flatMap(({ siteId, health }): Written[] => {
      const last = written.get(siteId)
      if (last && !isNews(last, health)) return []
      return [{ site_id: siteId, ...health, version: nextVersion(last?.version ?? 0n, now) }]
    })
    if (rows.length === 0) return
    const values = rows.map((row) => ({
      ...row,
      provider: 'stripe',
      checked_at: instantCell(row.checked_at),
      version: String(row.version),
    }))
    await this.#client.insert({ table: 'connection_health', values, format: 'JSONEachRow' })
    for (const row of rows) written.set(row.site_id, row)
  }

  async #load(): Promise<Map<number, Written>> {
    this.#written ??= new Map(
      (await readRows(this.#client, { sql: sql(), row: healthRow })).map((row) => [row.site_id, row]),
    )
    return this.#written
  }
}

function isNews(last: Written, health: Health): boolean {
  if (health.state !== last.state || health.detail !== last.detail)
    return health.checked_at >= last.checked_at
  return health.checked_at - last.checked_at >= refreshMs
}
