import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { eventDimensions, metrics, type QueryBody, visitDimensions } from '../../dashboard/contract/query.ts'
import {
  type Browser,
  startTestDashboard,
  type TestDashboard,
} from '../../dashboard/server/dashboard-for-tests.ts'
import { integer } from '../../schema/clickhouse/cell.ts'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import { dayNumber } from '../../schema/site/local-day.ts'
import { Rollups } from '../../verifier/rollups/rollups.ts'
import { history, rounds, type Shop, writeRound } from './random-facts-for-tests.ts'

const log = pino({ level: 'silent' })
const all = [...metrics]
/** Fixed so that a failure can be seen again; half of the days are around a change of clocks. */
const seed = 20_261_124

let dashboard: TestDashboard
let browser: Browser
let rollups: Rollups

const shops: Shop[] = [
  { site_id: 1, domain: 'berlin.example', timezone: 'Europe/Berlin', firstDay: dayNumber('2026-10-20') },
  { site_id: 2, domain: 'samoa.example', timezone: 'Pacific/Apia', firstDay: dayNumber('2026-10-20') },
]
const now = Date.parse('2026-11-03T10:00:00Z')
const range: QueryBody['date_range'] = ['2026-10-18', '2026-11-04']

beforeAll(async () => {
  dashboard = await startTestDashboard()
  browser = await dashboard.owner()
  dashboard.clock.ms = now
  for (const { domain, timezone } of shops) {
    const reply = await browser.send('POST', '/api/sites', { domain, timezone, currency: 'eur' })
    expect(reply.status, reply.text).toBe(200)
  }
  rollups = newRollups()
})
afterAll(() => dashboard.close())

function newRollups(options: { mostValues?: number } = {}): Rollups {
  return new Rollups({
    client: dashboard.database.writer,
    log,
    now: () => dashboard.clock.ms,
    restMs: 0,
    ...options,
  })
}

async function ask(body: Partial<QueryBody>): Promise<unknown> {
  const whole = { site_id: shops[0]?.domain, metrics: all, date_range: range, ...body }
  const reply = await browser.send('POST', '/api/v2/query', whole)
  expect(reply.text, reply.text).not.toContain('"error"')
  return z.object({ results: z.unknown(), meta: z.unknown() }).parse(reply.body)
}

/** Every kind of question that a rollup may answer, and some that none may. */
const kinds: Partial<QueryBody>[] = [
  {},
  { dimensions: ['time:day'] },
  { dimensions: ['time:hour'], date_range: ['2026-10-24', '2026-10-26'] },
  { include: { comparisons: { mode: 'previous_period' } }, date_range: ['2026-10-27', '2026-11-03'] },
  { filters: [['is', 'visit:source', ['Google']]] },
  { filters: [['is', 'visit:source', ['Google', 'Bing']]] },
  { filters: [['contains', 'visit:source', ['oo']]], metrics: ['visits', 'net_revenue', 'refunds'] },
  { filters: [['is', 'event:page', ['/a']]] },
  { filters: [['is', 'event:name', ['Signup']]], dimensions: ['time:week'] },
  { filters: [['is_not', 'event:page', ['/b']]], dimensions: ['event:page'] },
  { filters: [['is', 'visit:exit_page', ['/c']]], dimensions: ['time:month'] },
  { filters: [['is', 'visit:source', ['(unattributed)']]], dimensions: ['visit:source'] },
  { dimensions: ['time:day', 'visit:country'] },
  { dimensions: ['visit:source', 'visit:country'] },
  { dimensions: ['visit:exit_page'] },
  { dimensions: ['event:page'] },
]
const someKinds: Partial<QueryBody>[] = [
  {},
  { dimensions: ['event:page'] },
  { dimensions: ['visit:referrer'] },
]
const dimensions: Partial<QueryBody>[] = [...visitDimensions, ...eventDimensions].map((dimension) => ({
  dimensions: [dimension],
}))

async function answers(questions = kinds): Promise<unknown[]> {
  dashboard.clock.ms += 2_000
  const asked = shops.flatMap(({ domain }) => questions.map((question) => ({ site_id: domain, ...question })))
  return await Promise.all(asked.map(async (question) => [question, await ask(question)]))
}

const emptied = ['traffic_daily', 'revenue_daily', 'rollup_runs', 'rollup_looks'] as const

async function forgetRollups(): Promise<void> {
  for (const table of emptied) await dashboard.database.writer.command({ query: `TRUNCATE TABLE ${table}` })
}

/** The answers without any rollup. */
async function answersOfFacts(questions = kinds): Promise<unknown[]> {
  await forgetRollups()
  return await answers(questions)
}

/** Lets the rows of money be older than what the next look might have missed. */
async function age(): Promise<void> {
  for (const table of ['payments', 'refunds', 'disputes'])
    await dashboard.database.writer.command({
      query: `ALTER TABLE ${table} UPDATE inserted_at = inserted_at - INTERVAL 1 DAY WHERE 1 SETTINGS mutations_sync = 2`,
    })
}

test('rollups answer as facts do, and again after late events, payments, claims, refunds and disputes', async () => {
  const { writer } = dashboard.database
  const histories = fc.sample(history, { numRuns: shops.length, seed })
  for (let round = 0; round < rounds; round++) {
    for (const [index, shop] of shops.entries()) {
      const each = histories[index]
      if (each) await writeRound(writer, { shop, history: each, round })
    }
    // What is rolled up is mixed with the days that have changed since, until the job's next round.
    const mixed = await answers()
    await rollups.run()
    await age()
    const rolled = await answers()
    const facts = await answersOfFacts()
    expect(rolled).toEqual(facts)
    expect(mixed).toEqual(facts)
    rollups = newRollups()
    await rollups.run()
  }
  const rolled = await answers(dimensions)
  expect(rolled).toEqual(await answersOfFacts(dimensions))
}, 120_000)

test('the answers came from rollups: without their rows nothing is left of closed days', async () => {
  const { writer } = dashboard.database
  await newRollups().run()
  dashboard.clock.ms += 2_000
  const closed = {
    date_range: ['2026-10-20', '2026-10-31'],
    metrics: ['visits', 'orders'],
  } satisfies Partial<QueryBody>
  const before = await ask({ ...closed, dimensions: ['event:page'] })
  await writer.command({ query: 'TRUNCATE TABLE traffic_daily' })
  await writer.command({ query: 'TRUNCATE TABLE revenue_daily' })
  expect(before).not.toMatchObject({ results: [] })
  expect(await ask({ ...closed, dimensions: ['event:page'] })).toMatchObject({ results: [] })
  await forgetRollups()
})

test('a round that has nothing to do writes no run, and one cut off leaves nothing that counts', async () => {
  const { writer } = dashboard.database
  const runs = async () =>
    await readRows(writer, {
      sql: 'SELECT toString(kind) AS kind, site_id, toString(day) AS day, toString(run_id) AS run_id FROM rollup_runs ORDER BY ALL',
      row: z.object({ kind: z.string(), site_id: z.number(), day: z.string(), run_id: z.string() }),
    })
  await newRollups().run()
  const before = await runs()
  expect(before.length).toBeGreaterThan(20)
  expect(await newRollups().run()).toEqual({ traffic: 0, revenue: 0 })
  expect(await runs()).toEqual(before)

  // The rows of a run that was ended before it said so.
  const told = await answers(someKinds)
  await writer.command({
    query: 'INSERT INTO traffic_daily SELECT * REPLACE (run_id + 1000000000000 AS run_id) FROM traffic_daily',
  })
  await writer.command({
    query: 'INSERT INTO revenue_daily SELECT * REPLACE (run_id + 1000000000000 AS run_id) FROM revenue_daily',
  })
  expect(await answers(someKinds)).toEqual(told)
})

test('a dimension with too many values on a day is read from facts, and the others are not', async () => {
  const few = newRollups({ mostValues: 3 })
  await forgetRollups()
  await few.run()
  const rows = await readRows(dashboard.database.writer, {
    sql: `SELECT dimension, toString(max(values)) AS most FROM (
            SELECT dimension, site_id, day, uniqExact(value) AS values FROM traffic_daily GROUP BY ALL
          ) GROUP BY dimension`,
    row: z.object({ dimension: z.string(), most: integer }),
  })
  expect(Math.max(...rows.map(({ most }) => most))).toBeLessThanOrEqual(3)
  const rolled = await answers(someKinds)
  expect(await answersOfFacts(someKinds)).toEqual(rolled)
})

test('days close at the site’s midnight, and only then are rolled up', async () => {
  await forgetRollups()
  const days = async (site_id: number) => {
    const rows = await readRows(dashboard.database.writer, {
      sql: `SELECT toString(max(day)) AS day FROM rollup_runs WHERE kind = 'traffic' AND site_id = {site_id:UInt32}`,
      params: { site_id },
      row: z.object({ day: z.string() }),
    })
    return rows[0]?.day
  }
  // In Apia, 13 hours ahead, 2 November ends at 11:00 UTC of that day.
  dashboard.clock.ms = Date.parse('2026-11-02T10:59:59Z')
  await newRollups().run()
  expect([await days(1), await days(2)]).toEqual(['2026-11-01', '2026-11-01'])
  dashboard.clock.ms = Date.parse('2026-11-02T11:00:00Z')
  await newRollups().run()
  expect([await days(1), await days(2)]).toEqual(['2026-11-01', '2026-11-02'])
  // A clock that goes back opens the day again for readers; its answers stay what the facts say.
  dashboard.clock.ms = Date.parse('2026-11-01T12:00:00Z')
  await newRollups().run()
  const rolled = await answers(someKinds)
  expect(await answersOfFacts(someKinds)).toEqual(rolled)
  dashboard.clock.ms = now
})
