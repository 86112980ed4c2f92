import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openTestDatabase, type TestDatabase } from '../../schema/clickhouse/database-for-tests.ts'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import { dayNumber, dayText } from '../../schema/site/local-day.ts'
import { Rollups } from '../rollups/rollups.ts'
import { writePayment, writeSite, writeVisit } from '../rollups/shop-for-tests.ts'
import { firstKeptDay } from './first-kept-day.ts'
import { keepRetention } from './keep-retention.ts'

const log = pino({ level: 'silent' })
let database: TestDatabase

beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

async function days(table: string): Promise<string[]> {
  const rows = await readRows(database.writer, {
    sql: 'SELECT DISTINCT toString(day) AS day FROM {table:Identifier} ORDER BY day',
    params: { table },
    row: z.object({ day: z.string() }),
  })
  return rows.map(({ day }) => day)
}

test.each([
  ['2026-11-24', 25, '2024-10-01'],
  ['2026-11-01', 1, '2026-10-01'],
  ['2026-01-31', 2, '2025-11-01'],
  ['2026-01-31', 0, '1970-01-01'],
])('on %s with %i months, days are kept from %s on', (today, months, first) => {
  expect(dayText(firstKeptDay(dayNumber(today), months))).toBe(first)
})

test('old visits go, each site by its own term; what rollups say of their days, and payments, stay', async () => {
  const { writer } = database
  const now = Date.parse('2026-11-24T10:00:00Z')
  await writeSite(writer, { timezone: 'UTC', retention_months: 2, version: 1 })
  const visit = { visitor: 7, pages: { 0: '/a', 60: '/b' } }
  for (const day of ['2026-08-31', '2026-09-01', '2026-11-20'])
    await writeVisit(writer, { ...visit, start: `${day}T10:00:00Z` })
  const old = { ...visit, start: '2026-08-31T10:00:00Z' }
  await writePayment(writer, { id: 'cs_1', at: '2026-08-31T10:00:30Z', version: 1, visit: old })
  const rollups = new Rollups({ client: writer, log, now: () => now })
  await rollups.run()
  // The first month is over for reports too: only days that are kept are computed.
  expect(await days('traffic_daily')).toEqual(['2026-09-01', '2026-11-20'])

  expect(await keepRetention(writer, { now, log })).toBe(1)
  for (const table of ['events', 'sessions']) expect(await days(table)).toEqual(['2026-09-01', '2026-11-20'])
  expect(await days('payments')).toEqual(['2026-08-31'])
  expect(await keepRetention(writer, { now, log })).toBe(0)

  const later = Date.parse('2026-12-01T10:00:00Z')
  expect(await keepRetention(writer, { now: later, log })).toBe(1)
  expect(await days('events')).toEqual(['2026-11-20'])
  expect(await new Rollups({ client: writer, log, now: () => later }).run()).toEqual({
    traffic: 0,
    revenue: 0,
  })
  expect(await days('traffic_daily')).toEqual(['2026-09-01', '2026-11-20'])
})
