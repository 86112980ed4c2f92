import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openTestDatabase, type TestDatabase } from '../../schema/clickhouse/database-for-tests.ts'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import { keepSalts } from './salt-job.ts'

const log = pino({ level: 'silent' })
let database: TestDatabase

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

const keep = (now: string) => keepSalts(database.writer, { now: Date.parse(now), log })

async function salts() {
  return await readRows(database.writer, {
    sql: 'SELECT day, salt FROM salts ORDER BY day',
    row: z.object({ day: z.string(), salt: z.string().regex(/^[0-9a-f]{64}$/) }),
  })
}

test('salts are made ahead for every zone, kept for two days, and then really gone', async () => {
  await keep('2026-11-24T03:00:00Z')
  const first = await salts()
  expect(first.map(({ day }) => day)).toEqual(['2026-11-23', '2026-11-24', '2026-11-25'])
  expect(new Set(first.map(({ salt }) => salt)).size).toBe(3)

  await keep('2026-11-24T03:00:00Z')
  expect(await salts()).toEqual(first)

  await keep('2026-11-24T10:00:00Z')
  expect((await salts()).map(({ day }) => day)).toEqual([
    '2026-11-23',
    '2026-11-24',
    '2026-11-25',
    '2026-11-26',
  ])

  await keep('2026-11-24T23:59:59Z')
  expect((await salts())[0]).toEqual(first[0])

  await keep('2026-11-25T00:00:00Z')
  const later = await salts()
  expect(later.map(({ day }) => day)).toEqual(['2026-11-24', '2026-11-25', '2026-11-26'])
  expect(later.slice(0, 2)).toEqual(first.slice(1))
  const parts = await readRows(database.writer, {
    sql: `SELECT rows FROM system.parts WHERE active AND table = 'salts' AND database = {database:String} AND partition = '2026-11-23'`,
    params: { database: database.address.database },
    row: z.object({ rows: z.coerce.number() }),
  })
  expect(parts.filter(({ rows }) => rows > 0)).toEqual([])
})

test('a salt that another process made is left as it is', async () => {
  const values = [{ day: '2027-01-02', created_at: '2027-01-01 00:00:00.000', salt: 'ab'.repeat(32) }]
  await database.writer.insert({ table: 'salts', values, format: 'JSONEachRow' })
  await keep('2027-01-01T12:00:00Z')
  expect((await salts()).filter(({ day }) => day === '2027-01-02')).toEqual([
    { day: '2027-01-02', salt: 'ab'.repeat(32) },
  ])
})

test('after weeks without a run, all old salts go at once', async () => {
  await keep('2027-03-01T12:00:00Z')
  expect((await salts()).map(({ day }) => day)).toEqual(['2027-03-01', '2027-03-02', '2027-03-03'])
})
