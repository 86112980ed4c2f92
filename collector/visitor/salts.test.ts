import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { createWriter } from '../../schema/clickhouse/client.ts'
import { openTestDatabase, type TestDatabase } from '../../schema/clickhouse/database-for-tests.ts'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import { dayNumber } from '../../schema/site/local-day.ts'
import { removeTemporaryFolders, temporaryFolder } from '../collector-for-tests.ts'
import { daysInUse, Salts, saltExpiry } from './salts.ts'

const log = pino({ level: 'silent' })
const today = dayNumber('2026-11-24')
let database: TestDatabase | undefined

async function freshDatabase(): Promise<TestDatabase> {
  await database?.close()
  database = await openTestDatabase()
  return database
}
beforeEach(freshDatabase)
afterAll(async () => {
  await database?.close()
  removeTemporaryFolders()
})

function openSalts(options: { at: string; folder?: string; reachable?: boolean }) {
  if (!database) throw new Error('no database')
  const clock = { now: Date.parse(options.at) }
  const folder = options.folder ?? temporaryFolder()
  const client =
    options.reachable === false
      ? createWriter({ ...database.address, url: 'http://127.0.0.1:9' })
      : database.writer
  return { salts: new Salts({ client, folder, log, now: () => clock.now }), clock, folder }
}

async function tableSalts(): Promise<{ day: string; salt: string }[]> {
  if (!database) throw new Error('no database')
  return await readRows(database.writer, {
    sql: 'SELECT day, salt FROM salts ORDER BY day, created_at, salt',
    row: z.object({ day: z.string(), salt: z.string() }),
  })
}

const snapshotOf = (folder: string) => readFileSync(join(folder, 'salts.json'), 'utf8')

test.each([
  ['2026-11-24T00:00:00Z', ['2026-11-23', '2026-11-24']],
  ['2026-11-24T08:59:00Z', ['2026-11-23', '2026-11-24']],
  ['2026-11-24T09:00:00Z', ['2026-11-23', '2026-11-24', '2026-11-25']],
  ['2026-11-24T12:00:00Z', ['2026-11-24', '2026-11-25']],
])('at %s salts are needed for %j', (at, days) => {
  expect(daysInUse(Date.parse(at))).toEqual(days.map(dayNumber))
})

test('what is missing is made, shared and kept for the owner of the file alone', async () => {
  const { salts, folder } = openSalts({ at: '2026-11-24T10:00:00Z' })
  await salts.refresh()
  const table = await tableSalts()
  expect(table.map((row) => row.day)).toEqual(['2026-11-23', '2026-11-24', '2026-11-25'])
  expect(salts.of(today)?.toString('hex')).toBe(table[1]?.salt)
  expect(statSync(join(folder, 'salts.json')).mode & 0o777).toBe(0o600)

  const second = openSalts({ at: '2026-11-24T10:00:01Z' })
  await second.salts.refresh()
  expect(second.salts.of(today)).toEqual(salts.of(today))
  expect(await tableSalts()).toHaveLength(3)
})

test('of two salts of a day everyone uses the older', async () => {
  const late = openSalts({ at: '2026-11-24T10:00:00.500Z' })
  const early = openSalts({ at: '2026-11-24T10:00:00.000Z' })
  late.salts.of(today)
  const first = early.salts.of(today)
  await late.salts.refresh()
  await early.salts.refresh()
  await late.salts.refresh()
  expect([late.salts.of(today), early.salts.of(today)]).toEqual([first, first])
})

test('while ClickHouse is away a salt is made, survives a restart and is shared later', async () => {
  const alone = openSalts({ at: '2026-11-24T10:00:00Z', reachable: false })
  await expect(alone.salts.refresh()).rejects.toThrow()
  const made = alone.salts.of(today)
  expect(made).toHaveLength(32)

  const again = openSalts({ at: '2026-11-24T10:05:00Z', folder: alone.folder })
  again.salts.loadSnapshot()
  expect(again.salts.of(today)).toEqual(made)
  await again.salts.refresh()
  expect((await tableSalts()).find((row) => row.day === '2026-11-24')?.salt).toBe(made?.toString('hex'))
})

test('a salt is destroyed 48 hours after its date began in UTC, in memory and in the snapshot', async () => {
  const { salts, clock, folder } = openSalts({ at: '2026-11-24T10:00:00Z' })
  await salts.refresh()
  const bytes = salts.of(today)
  const text = bytes?.toString('hex') ?? 'none'
  expect(snapshotOf(folder)).toContain(text)

  clock.now = saltExpiry(today) - 1
  await salts.refresh()
  expect(salts.of(today)?.toString('hex')).toBe(text)

  clock.now = Date.parse('2026-11-26T00:00:00Z')
  expect(salts.of(today)).toBeNull()
  await salts.refresh()
  expect(bytes?.every((byte) => byte === 0)).toBe(true)
  expect(snapshotOf(folder)).not.toContain(text)

  const restarted = openSalts({ at: '2026-11-26T00:00:00Z', folder })
  restarted.salts.loadSnapshot()
  await restarted.salts.refresh()
  expect(restarted.salts.of(today)).toBeNull()
})

test('an expired salt in an old snapshot is destroyed at the start', () => {
  const { salts, folder } = openSalts({ at: '2026-11-24T10:00:00Z', reachable: false })
  const text = salts.of(today)?.toString('hex') ?? 'none'
  openSalts({ at: '2026-11-30T10:00:00Z', folder, reachable: false }).salts.loadSnapshot()
  expect(snapshotOf(folder)).not.toContain(text)
})

test('a damaged snapshot is not used and does not stop the start', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'salts.json'), '[{"day":"2026-11-24"')
  const { salts } = openSalts({ at: '2026-11-24T10:00:00Z', folder, reachable: false })
  salts.loadSnapshot()
  expect(salts.of(today)).toHaveLength(32)
})
