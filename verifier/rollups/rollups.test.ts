import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { integer } from '../../schema/clickhouse/cell.ts'
import { openTestDatabase, type TestDatabase } from '../../schema/clickhouse/database-for-tests.ts'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import { Rollups } from './rollups.ts'
import { type TestVisit, writePayment, writeSite, writeVisit } from './shop-for-tests.ts'

const log = pino({ level: 'silent' })
let database: TestDatabase
let clock = 0
let rollups: Rollups

beforeEach(async () => {
  database = await openTestDatabase()
  restart()
})
afterEach(() => database.close())

/** Another process, which knows only what is in the tables. */
function restart(): void {
  rollups = new Rollups({ client: database.writer, log, now: () => clock, restMs: 0 })
}

async function roundAt(at: string) {
  clock = Date.parse(at)
  return await rollups.run()
}

/** Rows that count: day, value, then the measures asked for. */
async function rows(table: 'traffic_daily' | 'revenue_daily', dimension: string, measures: string[]) {
  const kind = table === 'traffic_daily' ? 'traffic' : 'revenue'
  const list = measures.map((measure) => `toString(sum(${measure}))`).join(', ')
  const found = await readRows(database.writer, {
    sql: `SELECT [toString(day), value, ${list}] AS cells FROM ${table}
          WHERE dimension = {dimension:String} AND run_id IN (SELECT run_id FROM rollup_runs FINAL WHERE kind = '${kind}')
          GROUP BY day, value ORDER BY day, value`,
    params: { dimension },
    row: z.object({ cells: z.array(z.string()) }),
  })
  return found.map(({ cells }) => [...cells.slice(0, 2), ...cells.slice(2).map(Number)])
}

const visits = () =>
  rows('traffic_daily', 'total', ['visitors', 'visits', 'pageviews', 'bounces', 'duration_ms'])
const pages = () => rows('traffic_daily', 'event:page', ['visits', 'pageviews'])

const early: TestVisit = { visitor: 7, start: '2026-11-20T10:00:00Z', pages: { 0: '/a', 60: '/b' } }
const midnight: TestVisit = { visitor: 8, start: '2026-11-20T23:59:00Z', pages: { 0: '/a', 120: '/c' } }

test('a visit across midnight belongs to the day of its start, which is computed again for its late events', async () => {
  await writeSite(database.writer, { timezone: 'UTC', version: 1 })
  await writeVisit(database.writer, early)
  await writeVisit(database.writer, { ...midnight, pages: { 0: '/a' } })
  expect(await roundAt('2026-11-21T00:00:30Z')).toEqual({ traffic: 1, revenue: 0 })
  expect(await visits()).toEqual([['2026-11-20', '', 2, 2, 3, 1, 60_000]])
  await writeVisit(database.writer, midnight, { since: 1 })
  expect(await roundAt('2026-11-21T00:02:00Z')).toEqual({ traffic: 1, revenue: 0 })
  expect(await visits()).toEqual([['2026-11-20', '', 2, 2, 4, 0, 180_000]])
  expect(await pages()).toEqual([
    ['2026-11-20', '/a', 2, 2],
    ['2026-11-20', '/b', 1, 1],
    ['2026-11-20', '/c', 1, 1],
  ])
  expect(await roundAt('2026-11-21T00:03:00Z')).toEqual({ traffic: 0, revenue: 0 })
})

test('a day that was computed a moment ago rests, so that an hour of visits across midnight costs few runs', async () => {
  await writeSite(database.writer, { timezone: 'UTC', version: 1 })
  await writeVisit(database.writer, { ...midnight, pages: { 0: '/a' } })
  clock = Date.parse('2026-11-21T00:01:00Z')
  const resting = new Rollups({ client: database.writer, log, now: () => clock })
  expect(await resting.run()).toEqual({ traffic: 1, revenue: 0 })
  await writeVisit(database.writer, midnight, { since: 1 })
  expect(await resting.run()).toEqual({ traffic: 0, revenue: 0 })
  expect(await rollups.run()).toEqual({ traffic: 1, revenue: 0 })
})

test('who has no id is no visitor, and each visit counts', async () => {
  await writeSite(database.writer, { timezone: 'UTC', version: 1 })
  for (const second of [0, 5])
    await writeVisit(database.writer, {
      visitor: 0,
      start: `2026-11-20T10:00:0${second}Z`,
      pages: { 0: '/a' },
    })
  await roundAt('2026-11-21T00:00:30Z')
  expect(await visits()).toEqual([['2026-11-20', '', 0, 2, 2, 2, 0]])
})

test.each([
  ['Europe/Berlin', '2026-10-25', '2026-10-25T22:59:59.999Z', '2026-10-25T23:00:00Z'],
  ['Europe/Berlin', '2026-03-29', '2026-03-29T21:59:59.999Z', '2026-03-29T22:00:00Z'],
  ['America/St_Johns', '2026-11-01', '2026-11-02T03:29:59.999Z', '2026-11-02T03:30:00Z'],
])(
  'in %s the day %s, when clocks change, is over at its own midnight',
  async (timezone, day, before, after) => {
    await writeSite(database.writer, { timezone, version: 1 })
    await writeVisit(database.writer, { ...early, start: `${day}T12:00:00Z` }, { timezone })
    expect(await roundAt(before)).toEqual({ traffic: 0, revenue: 0 })
    expect(await roundAt(after)).toEqual({ traffic: 1, revenue: 0 })
    expect((await visits()).map(([at]) => at)).toEqual([day])
  },
)

test('a zone that changes at a midnight closes each day once, by the zone in force', async () => {
  const change = {
    timezone: 'UTC',
    timezone_next: 'America/New_York',
    timezone_next_at: '2026-11-21 00:00:00.000',
  }
  await writeSite(database.writer, { ...change, version: 1 })
  await writeVisit(database.writer, early)
  // At the change the clock goes back to 19:00 of the day before, which is open again.
  expect(await roundAt('2026-11-21T00:00:01Z')).toEqual({ traffic: 0, revenue: 0 })
  const later = { ...early, start: '2026-11-21T03:00:00Z' }
  await writeVisit(database.writer, later, { timezone: 'America/New_York' })
  expect(await roundAt('2026-11-21T05:00:00Z')).toEqual({ traffic: 1, revenue: 0 })
  expect((await visits()).map((cells) => cells.slice(0, 4))).toEqual([['2026-11-20', '', 1, 2]])
})

test('after days without a verifier, all of them are caught up; a clock that goes back loses and doubles nothing', async () => {
  await writeSite(database.writer, { timezone: 'UTC', version: 1 })
  for (const day of ['2026-11-10', '2026-11-12', '2026-11-19'])
    await writeVisit(database.writer, { ...early, start: `${day}T10:00:00Z` })
  expect(await roundAt('2026-11-20T01:00:00Z')).toEqual({ traffic: 3, revenue: 0 })
  const before = await visits()

  restart()
  expect(await roundAt('2026-11-19T01:00:00Z')).toEqual({ traffic: 0, revenue: 0 })
  expect(await visits()).toEqual(before)
  // Late, under a clock a day behind: the new run still wins.
  await writeVisit(database.writer, { ...early, visitor: 9, start: '2026-11-12T11:00:00Z' })
  restart()
  expect(await roundAt('2026-11-19T01:01:00Z')).toEqual({ traffic: 1, revenue: 0 })
  expect((await visits())[1]).toEqual(['2026-11-12', '', 2, 2, 4, 0, 120_000])
})

test('a payment that gets its visit later, its refund and a lost dispute open their own days again', async () => {
  const { writer } = database
  await writeSite(writer, { timezone: 'UTC', version: 1 })
  await writeVisit(writer, early)
  await writePayment(writer, { id: 'cs_1', at: '2026-11-20T10:00:30Z', version: 1 })
  expect(await roundAt('2026-11-24T01:00:00Z')).toEqual({ traffic: 1, revenue: 1 })
  const money = (dimension: string) =>
    rows('revenue_daily', dimension, ['orders', 'paying_visits', 'gross', 'refunded', 'lost'])
  expect(await money('visit:source')).toEqual([['2026-11-20', '(unattributed)', 1, 0, 1000, 0, 0]])

  await writePayment(writer, { id: 'cs_1', at: '2026-11-20T10:00:30Z', version: 2, visit: early })
  // Another order of the same visit makes it no second paying visit.
  await writePayment(writer, { id: 'cs_2', at: '2026-11-21T10:00:30Z', version: 1, visit: early })
  expect(await roundAt('2026-11-24T01:01:00Z')).toEqual({ traffic: 0, revenue: 2 })
  expect(await money('visit:source')).toEqual([
    ['2026-11-20', 'Google', 1, 1, 1000, 0, 0],
    ['2026-11-21', 'Google', 1, 0, 1000, 0, 0],
  ])
  // The second page was opened after the charge of the first.
  expect(await money('event:page')).toEqual([
    ['2026-11-20', '/a', 1, 1, 1000, 0, 0],
    ['2026-11-21', '/a', 1, 0, 1000, 0, 0],
    ['2026-11-21', '/b', 1, 0, 1000, 0, 0],
  ])

  const taken = { site_id: 1, payment_id: 'cs_1', livemode: true, currency: 'eur', version: '1' }
  const refund = { ...taken, refund_id: 're_1', day: '2026-11-22', deducted: '400' }
  const dispute = { ...taken, dispute_id: 'dp_1', day: '2026-11-23', deducted: '600' }
  await writer.insert({ table: 'refunds', values: [refund], format: 'JSONEachRow' })
  await writer.insert({ table: 'disputes', values: [dispute], format: 'JSONEachRow' })
  expect(await roundAt('2026-11-24T01:02:00Z')).toEqual({ traffic: 0, revenue: 2 })
  expect((await money('visit:source')).slice(2)).toEqual([
    ['2026-11-22', 'Google', 0, 0, 0, 400, 0],
    ['2026-11-23', 'Google', 0, 0, 0, 0, 600],
  ])
  await writer.insert({
    table: 'refunds',
    values: [{ ...refund, deducted: '0', version: '2' }],
    format: 'JSONEachRow',
  })
  expect(await roundAt('2026-11-24T01:03:00Z')).toEqual({ traffic: 0, revenue: 1 })
  expect((await money('total')).map((cells) => cells[5])).toEqual([0, 0, 0, 0])
  // An event of the visit that comes late changes what the payments saw.
  const more = { ...early, pages: { 0: '/a', 20: '/late', 60: '/b' } }
  await writeVisit(writer, more, { since: 20 })
  expect(await roundAt('2026-11-24T01:04:00Z')).toMatchObject({ revenue: 4 })
})

test('rows that no longer count are removed, and those of the last minutes kept for who reads them', async () => {
  const { writer } = database
  await writeSite(writer, { timezone: 'UTC', version: 1 })
  await writeVisit(writer, early)
  const stored = async () => {
    const [counts] = await readRows(writer, {
      sql: 'SELECT toString(uniqExact(run_id)) AS runs FROM traffic_daily',
      row: z.object({ runs: integer }),
    })
    return counts?.runs
  }
  await roundAt('2026-11-21T00:01:00Z')
  await writeVisit(writer, { ...early, visitor: 9 })
  restart()
  await roundAt('2026-11-21T00:02:00Z')
  expect(await stored()).toBe(2)
  await writer.command({
    query: `INSERT INTO rollup_runs SELECT * REPLACE (finished_at - INTERVAL 1 HOUR AS finished_at) FROM rollup_runs FINAL`,
  })
  await writer.command({ query: 'OPTIMIZE TABLE rollup_runs FINAL' })
  restart()
  await roundAt('2026-11-21T00:03:00Z')
  await expect.poll(stored, { timeout: 10_000 }).toBe(1)
  expect(await visits()).toEqual([['2026-11-20', '', 2, 2, 4, 0, 120_000]])
})

test('a site that is gone is not computed', async () => {
  await writeSite(database.writer, { timezone: 'UTC', version: 1 })
  await writeVisit(database.writer, early)
  await database.writer.insert({
    table: 'sites',
    values: [{ site_id: 1, deleted: true, version: 2 }],
    format: 'JSONEachRow',
  })
  expect(await roundAt('2026-11-24T01:00:00Z')).toEqual({ traffic: 0, revenue: 0 })
})
