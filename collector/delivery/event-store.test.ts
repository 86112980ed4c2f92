import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { openTestDatabase, type TestDatabase } from '../../schema/clickhouse/database-for-tests.ts'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import type { AcceptedRows, EventRow } from '../accepted-rows.ts'
import { decodeRows } from '../journal/row-codec.ts'
import { exampleClaim, exampleEvent, exampleTime } from '../journal/rows-for-tests.ts'
import { type EventStore, type EventStoreOptions, openEventStore } from './event-store.ts'
import { type Fate, type FaultyLine, startFaultyLine } from './faulty-line-for-tests.ts'
import { storedTotals } from './stored-totals-for-tests.ts'

let database: TestDatabase
let line: FaultyLine
let client: ClickHouseClient
let folder: string
let store: EventStore

beforeAll(async () => {
  database = await openTestDatabase()
  line = await startFaultyLine(database.address.url)
  client = createClient({
    url: line.url,
    database: database.address.database,
    ...database.address.writer,
    request_timeout: 2_000,
    log: { level: ClickHouseLogLevel.OFF },
  })
})
afterAll(async () => {
  await client.close()
  await line.close()
  await database.close()
})
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'revtrail-store-'))
  for (const table of ['events', 'sessions', 'exposures', 'payment_claims'])
    await database.writer.command({ query: `TRUNCATE TABLE ${table}` })
})
afterEach(async () => {
  line.decide = () => 'pass'
  await store.close()
  rmSync(folder, { recursive: true })
})

async function open(options: Partial<EventStoreOptions> = {}): Promise<EventStore> {
  store = await openEventStore({
    folder,
    client,
    log: pino({ level: 'silent' }),
    now: Date.now,
    maxBytes: 100_000_000,
    batchIntervalMs: 20,
    onFatal: () => undefined,
    ...options,
  })
  return store
}

/** Events of one visit, as many as asked for. */
function visit(count: number, differences: Partial<EventRow> = {}): AcceptedRows {
  const session_id = (BigInt(exampleTime) << 20n) | BigInt(Math.floor(Math.random() * 2 ** 20))
  const events = Array.from({ length: count }, (_, index) =>
    exampleEvent({
      session_id,
      event_no: index + 1,
      pageview_no: index + 1,
      pathname: `/${index}`,
      ...differences,
    }),
  )
  return { events, claims: [] }
}

async function delivered(): Promise<void> {
  await vi.waitFor(() => expect(store.stats().undeliveredRows).toBe(0), { timeout: 20_000 })
}

const isInsert = (query: string) => query.startsWith('INSERT INTO events')

/** Loses the answer of the first insert and holds all that follows until `go`. */
function loseFirstAnswer() {
  const lost = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  let inserts = 0
  line.decide = async (query): Promise<Fate> => {
    if (isInsert(query) && ++inserts === 1) {
      lost.resolve()
      return 'lose_answer'
    }
    await gate.promise
    return 'pass'
  }
  return { lost: lost.promise, go: gate.resolve, inserts: () => inserts }
}

async function waitForRows(count: number): Promise<void> {
  await vi.waitFor(async () => expect((await storedTotals(database.writer)).events).toBe(count), 10_000)
}

test('rows arrive in events, payment_claims and sessions, and leave nothing undelivered', async () => {
  await open()
  const rows = visit(3)
  const claim = exampleClaim()
  expect(await store.append({ ...rows, claims: [claim] })).toBe('stored')
  await delivered()
  expect(await storedTotals(database.writer)).toEqual({
    events: 3,
    distinctEvents: 3,
    sessions: 1,
    wrongSessions: 0,
    claims: 1,
  })
  const claims = await readRows(database.writer, {
    sql: 'SELECT stripe_session_id, confidence FROM payment_claims',
    row: z.object({ stripe_session_id: z.string(), confidence: z.string() }),
  })
  expect(claims).toEqual([{ stripe_session_id: claim.stripe_session_id, confidence: 'same_visit' }])
  expect(store.stats()).toMatchObject({ backlogAgeMs: 0, quarantined: 0, full: 'no' })
  expect(store.stats().lastConfirmedAt).toBeGreaterThan(0)
})

test('a batch that spans two months arrives whole, with the visits of both', async () => {
  await open()
  const lastDay = Date.parse('2026-11-30T23:59:59Z')
  const session_id = BigInt(lastDay) << 20n
  const events = [0, 2_000, 500, 3_000].map((after, index) =>
    exampleEvent({ session_id, received_at: lastDay + after, event_no: index + 1, pageview_no: index + 1 }),
  )
  await store.append({ events, claims: [] })
  await delivered()
  expect(await storedTotals(database.writer)).toMatchObject({ events: 4, sessions: 1, wrongSessions: 0 })
})

test('rows wait on disk while the engine is away, and arrive when it is back', async () => {
  line.decide = () => 'drop'
  await open({ batchRows: 20 })
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => store.append(visit(1))))
  expect(new Set(outcomes)).toEqual(new Set(['stored']))
  expect(store.stats().undeliveredRows).toBe(100)
  line.decide = () => 'pass'
  await delivered()
  expect(await storedTotals(database.writer)).toMatchObject({
    events: 100,
    distinctEvents: 100,
    sessions: 100,
  })
})

test('what was left at the end is delivered after the next start', async () => {
  line.decide = () => 'drop'
  await open({ drainMs: 50 })
  await store.append(visit(5))
  await store.close()
  expect(store.stats().undeliveredRows).toBe(5)
  line.decide = () => 'pass'
  await open()
  const recent: AcceptedRows[] = []
  for await (const rows of store.recentRows(exampleTime)) recent.push(rows)
  expect(recent.flatMap((rows) => rows.events)).toHaveLength(5)
  await delivered()
  expect(await storedTotals(database.writer)).toMatchObject({ events: 5, sessions: 1, wrongSessions: 0 })
})

test('closing delivers what is there and refuses what comes later', async () => {
  await open({ batchIntervalMs: 60_000 })
  await store.append(visit(5))
  const closed = store.close()
  expect(await store.append(visit(1))).toBe('overloaded')
  await closed
  expect(await storedTotals(database.writer)).toMatchObject({ events: 5 })
})

describe('each row arrives exactly once', () => {
  test('when an insert was done and its answer lost', async () => {
    const first = loseFirstAnswer()
    await open()
    await store.append(visit(10))
    await first.lost
    await waitForRows(10)
    first.go()
    await delivered()
    expect(first.inserts()).toBe(1)
    expect(await storedTotals(database.writer)).toMatchObject({ events: 10, distinctEvents: 10 })
  })

  test('when an insert never reached the engine', async () => {
    let dropped = 0
    line.decide = (query) => (isInsert(query) && dropped++ < 2 ? 'drop' : 'pass')
    await open()
    await store.append(visit(10))
    await delivered()
    expect(await storedTotals(database.writer)).toMatchObject({ events: 10, distinctEvents: 10 })
  })

  test('when a killed engine recorded the token without its part', async () => {
    const first = loseFirstAnswer()
    await open()
    await store.append(visit(10))
    await first.lost
    await waitForRows(10)
    await deleteWhere('1')
    first.go()
    await delivered()
    expect(first.inserts()).toBe(3)
    expect(await storedTotals(database.writer)).toMatchObject({
      events: 10,
      distinctEvents: 10,
      wrongSessions: 0,
    })
  })

  test('when only some of its rows are there', async () => {
    const first = loseFirstAnswer()
    await open()
    await store.append(visit(10))
    await first.lost
    await waitForRows(10)
    await deleteWhere('event_no % 3 = 0')
    first.go()
    await delivered()
    expect(await storedTotals(database.writer)).toMatchObject({
      events: 10,
      distinctEvents: 10,
      wrongSessions: 0,
    })
  })

  test('when the events are there without their visits', async () => {
    const first = loseFirstAnswer()
    await open()
    await store.append(visit(10))
    await first.lost
    await waitForRows(10)
    await database.writer.command({ query: 'TRUNCATE TABLE sessions' })
    first.go()
    await delivered()
    expect(await storedTotals(database.writer)).toMatchObject({ events: 10, sessions: 1, wrongSessions: 0 })
  })

  test('when exposures are there without what is derived from them', async () => {
    const first = loseFirstAnswer()
    await open()
    const props = { experiment: '3', phase: '2', variant: 'b' }
    const exposures = visit(1, { name: 'exposure', props })
    const elsewhere = visit(1, { name: 'exposure', props, visitor_id: 0n })
    await store.append({ events: [...visit(2).events, ...exposures.events, ...elsewhere.events], claims: [] })
    await first.lost
    await waitForRows(4)
    await database.writer.command({ query: 'TRUNCATE TABLE exposures' })
    first.go()
    await delivered()
    const stored = await readRows(database.writer, {
      sql: 'SELECT experiment_id, phase, argMinMerge(variant) AS variant FROM exposures GROUP BY experiment_id, phase, day, visitor_id',
      row: z.object({ experiment_id: z.number(), phase: z.number(), variant: z.string() }),
    })
    expect(stored).toEqual([{ experiment_id: 3, phase: 2, variant: 'b' }])
  })

  test('when a try that timed out arrives after the next one', async () => {
    const gate = Promise.withResolvers<void>()
    const late = Promise.withResolvers<void>()
    let inserts = 0
    line.decide = async (query): Promise<Fate> => {
      if (!isInsert(query) || ++inserts > 1) return 'pass'
      await gate.promise
      setTimeout(late.resolve, 500)
      return 'pass'
    }
    await open()
    await store.append(visit(10))
    await delivered()
    gate.resolve()
    await late.promise
    expect(inserts).toBe(2)
    expect(await storedTotals(database.writer)).toMatchObject({ events: 10, distinctEvents: 10 })
  })

  test('when the process stopped before it could note the confirmation', async () => {
    const first = loseFirstAnswer()
    await open({ drainMs: 50 })
    await store.append(visit(10))
    await first.lost
    await waitForRows(10)
    await store.close()
    first.go()
    await open()
    await delivered()
    expect(await storedTotals(database.writer)).toMatchObject({ events: 10, distinctEvents: 10 })
  })
})

async function deleteWhere(condition: string): Promise<void> {
  await database.writer.command({
    query: `ALTER TABLE events DELETE WHERE ${condition} SETTINGS mutations_sync = 2`,
  })
}

describe('rows that the engine refuses', () => {
  test('are isolated from the others of their batch and kept in quarantine', async () => {
    await database.writer.command({
      query: "ALTER TABLE events ADD CONSTRAINT c CHECK pathname != '/poison'",
    })
    await open()
    const poison = exampleEvent({ pathname: '/poison', event_id: randomUUID() })
    const rows = visit(20)
    rows.events.splice(7, 0, poison)
    await store.append(rows)
    await delivered()
    await database.writer.command({ query: 'ALTER TABLE events DROP CONSTRAINT c' })
    expect(await storedTotals(database.writer)).toMatchObject({ events: 20, distinctEvents: 20 })
    expect(store.stats().quarantined).toBe(1)
    const [file = ''] = readdirSync(join(folder, 'quarantine'))
    expect(file).toContain(poison.event_id)
    expect(decodeRows(readFileSync(join(folder, 'quarantine', file)))).toEqual([
      { events: [poison], claims: [] },
    ])
  })

  test('stay in the journal while all are refused, and arrive when the table is mended', async () => {
    await database.writer.command({ query: "ALTER TABLE events ADD CONSTRAINT c CHECK source != 'Google'" })
    let refusals = 0
    line.decide = (query) => {
      if (isInsert(query)) refusals++
      return 'pass'
    }
    await open()
    await store.append(visit(100))
    await vi.waitFor(() => expect(refusals).toBeGreaterThan(20), 20_000)
    await database.writer.command({ query: 'ALTER TABLE events DROP CONSTRAINT c' })
    await delivered()
    expect(await storedTotals(database.writer)).toMatchObject({ events: 100, distinctEvents: 100 })
    expect(store.stats().quarantined).toBe(0)
  }, 60_000)
})
