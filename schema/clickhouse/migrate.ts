import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { ClickHouseClient } from '@clickhouse/client'
import type { Logger } from 'pino'
import { z } from 'zod'
import { readRows } from './read-rows.ts'

const folder = new URL('./migrations/', import.meta.url)

/** One change of the tables: its number, its file name and its statement. */
export type Migration = { number: number; name: string; statement: string; checksum: string }

/** The migrations that this build knows, by number. */
export function readMigrations(): Migration[] {
  const files = readdirSync(folder).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
  return files.sort().map((name) => {
    const statement = readFileSync(new URL(name, folder), 'utf8')
    const checksum = createHash('sha256').update(statement).digest('hex')
    return { number: Number(name.slice(0, 4)), name, statement, checksum }
  })
}

const appliedRow = z.object({ number: z.number(), name: z.string(), checksum: z.string() })

async function readApplied(client: ClickHouseClient) {
  return await readRows(client, {
    sql: 'SELECT number, name, checksum FROM migrations ORDER BY number',
    row: appliedRow,
  })
}

/**
 * Brings the tables of the client's database to this build's state. Creates nothing twice; run it from one process
 * (main.ts, before the others start).
 *
 * @returns the names of the migrations that were applied now
 * @throws Error when an applied migration differs from this build's, or is unknown to it (a newer build ran here)
 */
export async function migrate(client: ClickHouseClient, log: Logger): Promise<string[]> {
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS migrations (
      number UInt32, name String, checksum String, applied_at DateTime DEFAULT now()
    ) ENGINE = MergeTree ORDER BY number SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
  })
  const known = readMigrations()
  const applied = await readApplied(client)
  for (const row of applied) refuseForeign(row, known)
  const done = new Set(applied.map((row) => row.number))
  const missing = known.filter((migration) => !done.has(migration.number))
  for (const migration of missing) {
    try {
      await client.command({ query: idempotent(migration.statement) })
    } catch (cause) {
      throw new Error(`Migration ${migration.name} failed; the ones before it are applied and kept.`, {
        cause,
      })
    }
    const { number, name, checksum } = migration
    await client.insert({ table: 'migrations', values: [{ number, name, checksum }], format: 'JSONEachRow' })
    log.info({ migration: name }, 'migration applied')
  }
  return missing.map((migration) => migration.name)
}

/** Whether every migration of this build is applied: what a process asks that does not migrate itself. */
export async function isMigrated(client: ClickHouseClient): Promise<boolean> {
  const exists = await readRows(client, {
    sql: 'EXISTS TABLE migrations',
    row: z.object({ result: z.number() }),
  })
  if (exists[0]?.result !== 1) return false
  const applied = await readApplied(client)
  return readMigrations().every((migration) => applied.some((row) => row.number === migration.number))
}

// A kill between a statement and its row in `migrations` must not stop the next start.
function idempotent(statement: string): string {
  return statement.replace(/^CREATE (TABLE|MATERIALIZED VIEW) (?!IF NOT EXISTS)/m, 'CREATE $1 IF NOT EXISTS ')
}

function refuseForeign(row: z.infer<typeof appliedRow>, known: Migration[]): void {
  const migration = known.find((each) => each.number === row.number)
  if (!migration)
    throw new Error(
      `The data was written by a newer Revtrail (migration ${row.name}). Start that version, or restore a backup.`,
    )
  if (migration.checksum !== row.checksum)
    throw new Error(
      `Migration ${row.name} was changed after it was applied. Nothing was altered; restore the original file.`,
    )
}
