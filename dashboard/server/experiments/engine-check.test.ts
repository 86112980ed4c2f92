import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readRows } from '../../../schema/clickhouse/read-rows.ts'
import { startTestDashboard, type TestDashboard } from '../dashboard-for-tests.ts'
import { addTestSite, type TestSite } from './site-for-tests.ts'

let dashboard: TestDashboard
let site: TestSite
beforeAll(async () => {
  dashboard = await startTestDashboard()
  site = await addTestSite(dashboard)
})
afterAll(() => dashboard.close())

const plan = { planned_days: 20, planned_visitors: 10_000 }
const far = { url: 'https://shop.example/far' }

/** 10,000 visitors of 20 days: one in ten signs up or buys, in b a little more often; the same numbers every time. */
async function addVisitors(experiment: number, { better }: { better: number }): Promise<void> {
  const query_params = { site: site.id, experiment, better }
  await dashboard.database.writer.command({
    query: `INSERT INTO events (site_id, day, name, visitor_id, session_id, received_at, inserted_at, event_id, batch_id,
        event_no, pageview_no, interaction_no, hostname, pathname, props)
      SELECT {site:UInt32}, toDate('2026-11-01') + number % 20 AS day, event, visitor,
        bitShiftLeft(toUnixTimestamp(day) * 1000, 20) + number, toDateTime64(day, 3, 'UTC') + 100 + place, '2026-11-21 00:00:00',
        generateUUIDv4(), 1, place, 1, place, 'shop.example', '/pricing',
        if(event = 'exposure', map('experiment', toString({experiment:UInt32}), 'phase', '1', 'variant', variant), map())
      FROM (
        SELECT number, cityHash64({experiment:UInt32}, number) AS visitor, if(cityHash64(visitor, 1) % 2 = 0, 'a', 'b') AS variant,
          arrayConcat(['exposure'], if(cityHash64(visitor, 2) % 1000 < if(variant = 'a', 100, {better:UInt32}), ['Signup'], [])) AS names
        FROM numbers(10000)
      ) ARRAY JOIN names AS event, arrayEnumerate(names) AS place`,
    query_params,
  })
  await dashboard.database.writer.command({
    query: `INSERT INTO payments (site_id, payment_id, provider, account_id, livemode, kind, charged_at, day, amount, currency,
        visitor_id, session_id, visit_day, confidence, version, inserted_at)
      SELECT {site:UInt32}, concat('cs_', toString(visitor_id)), 'stripe', 'acct_1', true, 'one_off', received_at, day,
        toInt64(1000 + pow(cityHash64(visitor_id, 3) % 1000, 2) / 10), 'usd', visitor_id, session_id, day, 'exact', 1, '2026-11-21 00:00:00'
      FROM events WHERE site_id = {site:UInt32} AND name = 'Signup'
        AND visitor_id IN (SELECT visitor_id FROM exposures WHERE site_id = {site:UInt32} AND experiment_id = {experiment:UInt32})`,
    query_params,
  })
}

const unitsSql = `SELECT e.visitor_id, e.variant_least = 'b' AS treated, p.amount / 100 AS spent, spent > 0 AS bought
  FROM (SELECT * FROM exposures FINAL WHERE site_id = {site:UInt32} AND experiment_id = {experiment:UInt32}) AS e
  LEFT JOIN (SELECT * FROM payments FINAL WHERE site_id = {site:UInt32}) AS p ON p.visitor_id = e.visitor_id`

const testRow = z.object({ p: z.number(), low: z.number(), high: z.number() })
const tested = (test: string) => `tupleElement(${test} AS result, 2) AS p, result.3 AS low, result.4 AS high`
const capRow = z.object({ cap: z.number(), a: z.number(), b: z.number() })

/** What each visitor spent, capped as the engine's own quantile says, and how that varies. */
async function readCapped(experiment: number) {
  const params = { site: site.id, experiment }
  const [found] = await readRows(dashboard.database.reader, {
    sql: `WITH (SELECT quantileExactInclusiveIf(0.99)(spent, bought) FROM (${unitsSql})) AS cap
      SELECT cap, varSampStableIf(least(spent, cap), NOT treated) AS a, varSampStableIf(least(spent, cap), treated) AS b
      FROM (${unitsSql})`,
    params,
    row: capRow,
  })
  if (found === undefined) throw new Error('nobody was exposed')
  return { ...found, sql: `(SELECT least(spent, ${found.cap}) AS x, treated FROM (${unitsSql}))`, params }
}

describe('against the engine’s own tests, on raw visitors', () => {
  test('revenue: Welch’s p and the interval of the capped difference', async () => {
    const experiment = await site.started('2026-11-01', { ...plan, mode: 'fixed', page: '/engine-revenue' })
    await addVisitors(experiment, { better: 115 })
    const { arms, interval, cap, through_day } = await site.results(experiment)
    expect([interval, through_day]).toEqual(['planned_end', '2026-11-20'])
    const [, b] = arms
    const { sql, params, ...capped } = await readCapped(experiment)
    const one = async (test: string) =>
      (
        await readRows(dashboard.database.reader, {
          sql: `SELECT ${tested(test)} FROM ${sql}`,
          params,
          row: testRow,
        })
      )[0]
    // The engine takes the treatment from the control.
    const welch = await one('welchTTest(0.95)(x, treated)')
    expect(b?.p).toBeCloseTo(welch?.p ?? 0, 8)
    const mean = await one(`meanZTest(${capped.a}, ${capped.b}, 0.95)(x, treated)`)
    expect(b?.difference?.low).toBeCloseTo(-(mean?.high ?? 0), 8)
    expect(b?.difference?.high).toBeCloseTo(-(mean?.low ?? 0), 8)
    expect(cap?.value).toBeCloseTo(capped.cap, 2)
    const [total] = await readRows(dashboard.database.reader, {
      sql: `SELECT sumIf(spent, NOT treated) AS a, sumIf(spent, treated) AS b FROM (${unitsSql})`,
      params: { site: site.id, experiment },
      row: z.object({ a: z.number(), b: z.number() }),
    })
    expect(arms.map(({ revenue }) => revenue.value)).toEqual([
      expect.closeTo(total?.a ?? 0, 6),
      expect.closeTo(total?.b ?? 0, 6),
    ])
    await site.act(experiment, 'stop')
  })

  test('a rate: the interval of the unpooled z test', async () => {
    const goal = { kind: 'event', name: 'Signup' }
    const experiment = await site.started('2026-11-01', {
      ...plan,
      goal,
      mode: 'fixed',
      page: '/engine-rate',
      variants: [
        { name: 'A', weight: 0.5 },
        { name: 'B', weight: 0.5, ...far },
      ],
    })
    await addVisitors(experiment, { better: 120 })
    const { arms } = await site.results(experiment)
    const [a, b] = arms
    const [engine] = await readRows(dashboard.database.reader, {
      sql: `SELECT ${tested("proportionsZTest({x:UInt64}, {y:UInt64}, {n:UInt64}, {m:UInt64}, 0.95, 'unpooled')")}`,
      params: { x: b?.converters, y: a?.converters, n: b?.visitors, m: a?.visitors },
      row: testRow,
    })
    expect(b?.difference?.low).toBeCloseTo(engine?.low ?? 0, 10)
    expect(b?.difference?.high).toBeCloseTo(engine?.high ?? 0, 10)
    await site.act(experiment, 'stop')
  })
})

test('a winner is told in words, stored once for all, and stands when its revenue is given back', async () => {
  const experiment = await site.started('2026-11-01', {
    ...plan,
    page: '/winner',
    guardrails: [{ goal: { kind: 'refund' }, margin: 0.5 }],
    secondary: [{ kind: 'event', name: 'Signup' }],
  })
  await addVisitors(experiment, { better: 220 })
  const first = await site.results(experiment)
  expect(first.verdict).toMatchObject({ kind: 'winner', variant: 'b' })
  expect(first.sentence).toMatch(
    /^New earns more: between \+\d+% and \+\d+% per visitor\. Safe to stop and use New\.$/,
  )
  expect(first.detail).toMatch(/is the likely long-run lift/)
  expect(first.next_action).toEqual({ kind: 'use_variant', label: 'Stop and use New' })
  expect(first.arms[1]?.chance_to_beat).toBe(99)
  expect(first.arms[1]?.expected_loss?.unit).toBe('money')
  expect(first.curve.length).toBeGreaterThan(5)
  expect(first.secondary[0]).toMatchObject({ name: 'Signup', label: 'better' })
  expect(first.checks.map(({ kind, state }) => [kind, state])).toEqual([
    ['split', 'ok'],
    ['whole_weeks', 'ok'],
    ['gates', 'ok'],
    ['largest_order', 'ok'],
    ['cap', 'waiting'],
  ])
  expect(first.experiment.outcomes).toMatchObject([{ variant: 'b', direction: 'better' }])
  const stored = await readRows(dashboard.database.reader, {
    sql: 'SELECT outcomes FROM experiments FINAL WHERE experiment_id = {experiment:UInt32} AND site_id = {site:UInt32}',
    params: { experiment, site: site.id },
    row: z.object({ outcomes: z.string().transform((text): unknown => JSON.parse(text)) }),
  })
  expect(stored[0]?.outcomes).toEqual(first.experiment.outcomes)

  await dashboard.database.writer.command({
    query: `INSERT INTO refunds (site_id, refund_id, payment_id, livemode, deducted, currency, version)
      SELECT site_id, concat('re_', payment_id), payment_id, true, amount, 'usd', 1 FROM payments
      WHERE site_id = {site:UInt32} AND visitor_id IN (
        SELECT visitor_id FROM exposures WHERE experiment_id = {experiment:UInt32} AND variant_least = 'b')`,
    query_params: { site: site.id, experiment },
  })
  const later = await site.results(experiment)
  expect(later.arms[1]?.revenue.amount).toBe(0)
  expect(later.experiment.outcomes).toEqual(first.experiment.outcomes)
  expect(later.guardrails[0]?.state).toBe('too_early')
  expect(later.verdict.kind).toBe('winner')
  await site.act(experiment, 'stop')
})

test('visitors who were not split as planned are not to be trusted', async () => {
  const variants = [
    { name: 'A', weight: 0.4 },
    { name: 'B', weight: 0.6, ...far },
  ]
  const experiment = await site.started('2026-11-01', { ...plan, page: '/split', variants })
  await addVisitors(experiment, { better: 115 })
  const { verdict, checks, next_action } = await site.results(experiment)
  expect([verdict.kind, next_action.kind]).toEqual(['dont_trust', 'find_fault'])
  expect(checks[0]).toMatchObject({ kind: 'split', state: 'bad' })
  await site.act(experiment, 'stop')
})
