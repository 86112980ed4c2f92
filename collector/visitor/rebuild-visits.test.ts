import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../../schema/clickhouse/database-for-tests.ts'
import { VisitRebuild } from './rebuild-visits.ts'
import { Visits } from './visits.ts'

const now = Date.parse('2026-11-24T10:00:00Z')
const minute = 60_000
const visitCount = 200_000

let database: TestDatabase

/** Visits of 40 sites, spread over the last 24 hours; half of them in two parts that are not merged. */
beforeAll(async () => {
  database = await openTestDatabase()
  const insert = (rows: number, events: number) =>
    database.writer.command({
      query: `INSERT INTO sessions (site_id, day, visitor_id, session_id, started_at, ended_at, events, pageviews, interactions, entry_page, source)
        SELECT number % 40 + 1, toDate(ended_at), number + 1, bitShiftLeft(toUInt64({now:UInt64} - 90000000 + number), 20), ended_at, ended_at, {events:UInt32}, {events:UInt32}, {events:UInt32}, concat('/', toString(number % 100)), 'Bing'
        FROM (SELECT number, fromUnixTimestamp64Milli(toInt64({now:UInt64} - 1 - number * 430 + {events:UInt32}), 'UTC') AS ended_at FROM numbers({rows:UInt32}))`,
      query_params: { now, rows, events },
    })
  await insert(visitCount, 1)
  await insert(visitCount / 2, 2)
})
afterAll(() => database.close())

const rebuildInto = (visits: Visits) => new VisitRebuild({ client: database.reader, visits, startedAt: now })

test('all visits of a day come back, and the event loop turns all the while', {
  timeout: 60_000,
}, async () => {
  const visits = new Visits()
  let ended = false
  let taken = 0
  let mostAtOnce = 0
  const turn = () => {
    mostAtOnce = Math.max(mostAtOnce, visits.size - taken)
    taken = visits.size
    if (!ended) setImmediate(turn)
  }
  setImmediate(turn)
  await rebuildInto(visits).all()
  ended = true
  expect(visits.size).toBe(visitCount)
  // A thousand rows take some milliseconds.
  expect(mostAtOnce).toBeLessThanOrEqual(1_000)
  expect(visits.last(1n, now)).toMatchObject({
    site_id: 1,
    events: 2,
    pageviews: 2,
    last_at: now + 1,
    attributes: { entry_page: '/0', source: 'Bing' },
  })
  expect(visits.last(BigInt(visitCount), now)).toMatchObject({
    events: 1,
    last_at: now - (visitCount - 1) * 430,
  })
})

test('the visits that may be active come first, and a reading that goes on gets the others', async () => {
  const visits = new Visits(60_000)
  const rebuild = rebuildInto(visits)
  await rebuild.recent()
  expect(visits.size).toBeLessThan(30_000)
  const active = Math.floor((30 * minute) / 430)
  expect(visits.active(BigInt(active), now)).not.toBeNull()
  await Promise.all([rebuild.all(), rebuild.all()])
  expect(visits.size).toBe(60_000)
})

test('it stops where the memory ends, with the newest visits kept', async () => {
  const visits = new Visits(30_000)
  await rebuildInto(visits).all()
  expect(visits.size).toBe(30_000)
  expect(visits.last(30_000n, now)).not.toBeNull()
  expect(visits.last(30_001n, now)).toBeNull()
})

test('a rebuild that is stopped ends without a fault', async () => {
  const visits = new Visits()
  const rebuild = rebuildInto(visits)
  const reading = rebuild.all()
  rebuild.stop()
  await reading
  expect(visits.size).toBe(0)
})
