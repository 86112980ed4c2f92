import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openTestDatabase, type TestDatabase } from './database-for-tests.ts'
import { isMigrated, migrate, readMigrations } from './migrate.ts'
import { readRows } from './read-rows.ts'

const log = pino({ level: 'silent' })
let database: TestDatabase

beforeAll(async () => {
  database = await openTestDatabase({ migrated: false })
})
afterAll(() => database.close())

test('all migrations give the tables of the snapshot, and a second run changes nothing', async () => {
  expect(await isMigrated(database.writer)).toBe(false)
  expect(await migrate(database.writer, log)).toEqual(readMigrations().map((migration) => migration.name))
  expect(await migrate(database.writer, log)).toEqual([])
  expect(await isMigrated(database.writer)).toBe(true)

  const tables = await readRows(database.writer, {
    sql: `SELECT name, replaceAll(create_table_query, {database:String} || '.', '') AS ddl FROM system.tables
          WHERE database = {database:String} ORDER BY name`,
    params: { database: database.address.database },
    row: z.object({ name: z.string(), ddl: z.string() }),
  })
  const text = tables.map((table) => table.ddl.replaceAll(/, `/g, ',\n  `')).join('\n\n')
  await expect(`${text}\n`).toMatchFileSnapshot('./tables.snapshot.sql')
})

test('numbers are given once, in order, and each file holds one statement', () => {
  const migrations = readMigrations()
  const numbers = migrations.map((migration) => migration.number)
  expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other))
  for (const migration of migrations) expect(migration.statement).not.toMatch(/;\n/)
})

test('a replayed event changes no visit', async () => {
  const event = {
    site_id: 1,
    day: '2026-11-24',
    name: 'pageview',
    visitor_id: '7',
    session_id: String(BigInt(Date.parse('2026-11-24T10:00:00Z')) << 20n),
    received_at: '2026-11-24 10:00:00.000',
    event_id: '00000000-0000-4000-8000-000000000001',
    event_no: 1,
    pageview_no: 1,
    interaction_no: 1,
    pathname: '/a',
    entry_page: '/a',
    source: 'Google',
  }
  const next = {
    ...event,
    received_at: '2026-11-24 10:00:30.000',
    event_no: 2,
    pageview_no: 2,
    interaction_no: 2,
    pathname: '/b',
  }
  for (const values of [[event], [next], [event, next]])
    await database.writer.insert({ table: 'events', values, format: 'JSONEachRow' })
  const visits = await readRows(database.writer, {
    sql: `SELECT max(pageviews) AS pageviews, any(source) AS source, argMaxMerge(exit_page) AS exit_page,
          dateDiff('second', min(started_at), max(ended_at)) AS seconds FROM sessions GROUP BY session_id`,
    row: z.object({
      pageviews: z.number(),
      source: z.string(),
      exit_page: z.string(),
      seconds: z.coerce.number(),
    }),
  })
  expect(visits).toEqual([{ pageviews: 2, source: 'Google', exit_page: '/b', seconds: 30 }])
})

test('a migration changed after it was applied is refused', async () => {
  await database.writer.insert({
    table: 'migrations',
    values: [{ number: 9999, name: '9999-from-the-future.sql', checksum: 'x' }],
    format: 'JSONEachRow',
  })
  await expect(migrate(database.writer, log)).rejects.toThrow(/newer Revtrail/)
})
