import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readRows } from '../../../schema/clickhouse/read-rows.ts'
import { experimentBreakdowns } from '../../contract/experiments.ts'
import { refusalOf, startTestDashboard, type TestDashboard } from '../dashboard-for-tests.ts'
import {
  addDeduction,
  addEvents,
  addPayments,
  exposure,
  type TestEvent,
  type TestPayment,
} from './facts-for-tests.ts'
import { addTestSite, type TestSite } from './site-for-tests.ts'

let dashboard: TestDashboard
let site: TestSite
let experiment: number
const day = '2026-11-20'

const seen = (visitor: number, variant: string, more: Partial<TestEvent> = {}) =>
  exposure({ visitor, day, at: 100, experiment, variant, ...more })
const paid = (visitor: number, amount: number, more: Partial<TestPayment> = {}): TestPayment => ({
  id: `cs_${visitor}`,
  visitor,
  visitDay: day,
  at: 200,
  amount,
  ...more,
})

const amountsGoal = { kind: 'revenue', at_least: 5_000 }

beforeAll(async () => {
  dashboard = await startTestDashboard()
  site = await addTestSite(dashboard)
  experiment = await site.started('2026-11-18', {
    secondary: [
      { kind: 'event', name: 'Signup' },
      { kind: 'page', path: { operator: 'starts', value: '/thanks' } },
      { kind: 'click', by: 'attribute', value: 'buy' },
      amountsGoal,
    ],
    guardrails: [
      { goal: { kind: 'bounce' }, margin: 0.1 },
      { goal: { kind: 'refund' }, margin: 0.1 },
    ],
  })
  const { writer } = dashboard.database
  await addEvents(writer, site.id, [
    // a: 6 visitors
    seen(1, 'a', { device: 'mobile' }),
    seen(2, 'a'),
    seen(7, 'a'),
    { visitor: 7, day, at: 150, name: 'Signup' },
    { visitor: 7, day, at: 151, name: 'Signup' },
    { visitor: 7, day, at: 160, pathname: '/thanks/you' },
    { visitor: 7, day, at: 170, name: 'goal', props: { goal: 'buy' } },
    seen(9, 'a'),
    seen(11, 'a'),
    seen(12, 'a'),
    // b: 5 visitors
    seen(3, 'b'),
    { visitor: 4, day, at: 90, name: 'Signup' },
    seen(4, 'b', { device: 'mobile' }),
    seen(4, 'b', { at: 400 }),
    seen(8, 'b'),
    { visitor: 8, day, at: 100, name: 'Signup' },
    { visitor: 8, day, at: 120, name: 'goal', props: { goal: 'sell' } },
    seen(10, 'b'),
    seen(13, 'b'),
    // Not counted: two variants, one that the test does not have, another phase, another test, another day's visitor.
    seen(5, 'b'),
    seen(5, 'a', { at: 150 }),
    seen(6, 'z'),
    exposure({ visitor: 21, day, at: 100, experiment, phase: 2, variant: 'b' }),
    exposure({ visitor: 22, day, at: 100, experiment: 77, variant: 'b' }),
    { visitor: 23, day, at: 100, name: 'Signup' },
    {
      visitor: 0,
      day,
      at: 100,
      name: 'exposure',
      props: { experiment: String(experiment), phase: '1', variant: 'a' },
    },
  ])
  await addPayments(writer, site.id, [
    paid(1, 5_000),
    paid(2, 3_000, { at: 50 }),
    paid(3, 4_000),
    paid(4, 10_000),
    paid(5, 9_999),
    paid(8, 2_000),
    paid(9, 4_000, { currency: 'eur', settled: { amount: 4_400, currency: 'usd' } }),
    paid(10, 7_000, { currency: 'eur' }),
    paid(11, 8_000, { livemode: false }),
    paid(12, 1_000, { kind: 'renewal' }),
    paid(13, 6_000, { chargedOn: '2026-11-22' }),
    paid(14, 6_500),
  ])
  await addDeduction(writer, site.id, { table: 'refunds', id: 're_3', paymentId: 'cs_3', deducted: 4_000 })
  await addDeduction(writer, site.id, { table: 'refunds', id: 're_4', paymentId: 'cs_4', deducted: 2_500 })
  await addDeduction(writer, site.id, { table: 'disputes', id: 'du_8', paymentId: 'cs_8', deducted: 2_000 })
})
afterAll(() => dashboard.close())

type Results = Awaited<ReturnType<TestSite['results']>>
const counts = ({ goals }: Results) =>
  Object.fromEntries(
    goals.map(({ name, arms }) => [
      name,
      arms.map(({ visitors, converters }) => `${converters}/${visitors}`),
    ]),
  )
const money = ({ arms }: Results) =>
  arms.map(({ revenue, orders, converters }) => [revenue.amount, orders, converters])
const keptRuns = () =>
  readRows(dashboard.database.reader, {
    sql: 'SELECT count() AS rows FROM experiment_runs WHERE experiment_id = {id:UInt32}',
    params: { id: experiment },
    row: z.object({ rows: z.coerce.number() }),
  })

describe('a small test, counted by hand', () => {
  test('visitors, orders and revenue of each variant', async () => {
    const results = await site.results(experiment)
    const [a, b] = results.arms
    // a: 50.00, and 44.00 that settled from euros. b: 100.00 − 25.00 and 60.00; two orders were taken back whole.
    expect(a).toMatchObject({
      variant: 'a',
      name: 'Original',
      control: true,
      visitors: 6,
      converters: 2,
      orders: 2,
      revenue: { amount: 9_400, currency: 'usd', value: 94 },
      lift: null,
      chance_to_beat: null,
    })
    expect(b).toMatchObject({
      variant: 'b',
      visitors: 5,
      converters: 2,
      orders: 2,
      revenue: { amount: 13_500, value: 135, others: [{ amount: 7_000, currency: 'eur', value: 70 }] },
      difference: { value: 27 - 94 / 6 },
    })
    expect(a?.revenue_per_visitor?.value).toBeCloseTo(94 / 6, 12)
    expect(b?.revenue_per_visitor?.value).toBeCloseTo(27, 12)
    expect(b?.average_order_value).toEqual({ amount: 6_750, currency: 'usd', value: 67.5 })
    expect(a?.rate?.value).toBeCloseTo(2 / 6, 12)
    expect(results.cap).toBeNull()
  })

  test('every goal and guardrail', async () => {
    expect(counts(await site.results(experiment))).toEqual({
      'Any revenue': ['2/6', '2/5'],
      Signup: ['1/6', '1/5'],
      'Visit /thanks': ['1/6', '0/5'],
      'Click buy': ['1/6', '0/5'],
      'Order of at least 50 USD': ['1/6', '2/5'],
      // Visitors 7, 4 and 8 did more than one thing.
      'Bounce rate': ['5/6', '3/5'],
      'Refund rate': ['0/6', '3/5'],
    })
  })

  test('what a page says of so few', async () => {
    const results = await site.results(experiment)
    expect(results).toMatchObject({
      today: '2026-11-24',
      verdict: { kind: 'collecting', shortfall: { of: 'buyers', have: 2, need: 100 } },
      sentence: 'Too early to say – 2 of at least 100 buyers per version.',
      next_action: { kind: 'keep_running' },
      progress: { day: 7, visitors: 11, planned_visitors: 10_000, planned_days: 28 },
      interval: 'any_time',
      test_revenue: false,
      curve: [],
      visitors: [
        { day, variant: 'a', visitors: 6 },
        { day, variant: 'b', visitors: 5 },
      ],
    })
    expect(results.progress.sentence).toBe('Day 7 of 28 · 11 visitors of 10,000 planned')
    expect(results.checks.find(({ kind }) => kind === 'several_variants')).toEqual({
      kind: 'several_variants',
      state: 'bad',
      sentence: '1 visitor saw more than one version and is left out',
    })
    expect(results.notes.join(' ')).toMatch(/Same-day effect/)
    expect(results.notes.join(' ')).toMatch(/other currencies than USD/)
    expect(results.secondary.map(({ label }) => label)).toEqual(Array(4).fill('too_early'))
    expect(results.guardrails.map(({ sentence }) => sentence)).toEqual([
      'Bounce rate: too early to say',
      'Refund rate: too early to say',
    ])
  })

  test('breakdowns are marked as to explore with', async () => {
    const reply = await site.browser.send('GET', `${site.path}/experiments/${experiment}/breakdowns`)
    const { exploratory, breakdowns } = experimentBreakdowns.parse(reply.body)
    expect(exploratory).toBe(true)
    const devices = breakdowns.find(({ dimension }) => dimension === 'device')
    const shown = devices?.rows.map(({ value, arms }) => [
      value,
      ...arms.map(({ visitors, converters, revenue }) => [visitors, converters, revenue.amount]),
    ])
    expect(shown).toEqual([
      ['desktop', [5, 1, 4_400], [4, 1, 6_000]],
      ['mobile', [1, 1, 5_000], [1, 1, 7_500]],
    ])
    expect(breakdowns.map(({ dimension }) => dimension)).toEqual(['device', 'source', 'country'])
  })
})

describe('kept sums', () => {
  const fresh = async () => {
    for (const table of ['experiment_sums', 'experiment_buyers', 'experiment_runs'])
      await dashboard.database.writer.command({ query: `TRUNCATE TABLE ${table}` })
    return await site.results(experiment)
  }

  test('days are added up once and give the same as the facts', async () => {
    const [kept] = await keptRuns()
    expect(kept?.rows).toBeGreaterThan(0)
    const again = await site.results(experiment)
    expect(await keptRuns()).toEqual([kept])
    expect(again).toEqual(await fresh())
  })

  // An hour passes, longer than any insert takes: the next look keeps the days again.
  async function growOlder() {
    const columns = {
      events: 'inserted_at',
      payments: 'inserted_at',
      refunds: 'inserted_at',
      experiment_runs: 'summed_through',
    }
    for (const [table, column] of Object.entries(columns))
      await dashboard.database.writer.command({
        query: `ALTER TABLE ${table} UPDATE ${column} = ${column} - INTERVAL 1 HOUR WHERE 1 SETTINGS mutations_sync = 2`,
      })
  }

  // Each step comes late, for a day whose sums are kept.
  const steps: [string, () => Promise<void>, [number, number, number][]][] = [
    [
      'a payment of an old visit',
      () => addPayments(dashboard.database.writer, site.id, [paid(7, 2_000, { insertedAt: stamp() })]),
      [
        [11_400, 3, 3],
        [13_500, 2, 2],
      ],
    ],
    [
      'a part refunded',
      () => refund('re_7', 'cs_7', 500, { insertedAt: stamp() }),
      [
        [10_900, 3, 3],
        [13_500, 2, 2],
      ],
    ],
    [
      'the rest refunded',
      () => refund('re_7b', 'cs_7', 1_500, { insertedAt: stamp() }),
      [
        [9_400, 2, 2],
        [13_500, 2, 2],
      ],
    ],
    [
      'a refund that failed after all',
      () => refund('re_7b', 'cs_7', 0, { insertedAt: stamp(), version: 2 }),
      [
        [10_900, 3, 3],
        [13_500, 2, 2],
      ],
    ],
    [
      'a payment that turns out to be of another visitor',
      () =>
        addPayments(dashboard.database.writer, site.id, [
          { ...paid(10, 2_000, { insertedAt: stamp(), version: 2 }), id: 'cs_7' },
        ]),
      [
        [9_400, 2, 2],
        [15_000, 3, 3],
      ],
    ],
    [
      'a visitor whose events come late, and a payment with them',
      async () => {
        await addEvents(dashboard.database.writer, site.id, [seen(30, 'a', { insertedAt: stamp() })])
        await addPayments(dashboard.database.writer, site.id, [paid(30, 100, { insertedAt: stamp() })])
      },
      [
        [9_500, 3, 3],
        [15_000, 3, 3],
      ],
    ],
  ]
  const stamp = () => new Date().toISOString().replace('T', ' ').slice(0, 23)
  const refund = (
    id: string,
    paymentId: string,
    deducted: number,
    more: { insertedAt: string; version?: number },
  ) =>
    addDeduction(dashboard.database.writer, site.id, { table: 'refunds', id, paymentId, deducted, ...more })

  test.each(steps)(
    '%s is in the answer at once, and in the sums when they are kept',
    async (_, act, expected) => {
      await site.results(experiment)
      await act()
      expect(money(await site.results(experiment))).toEqual(expected)
      await growOlder()
      expect(money(await site.results(experiment))).toEqual(expected)
      const kept = await site.results(experiment)
      expect(kept).toEqual(await fresh())
    },
  )
})

test('a test that has not started has no results', async () => {
  const { experiment_id } = await site.draft({ page: '/draft' })
  for (const part of ['results', 'breakdowns']) {
    const reply = await site.browser.send('GET', `${site.path}/experiments/${experiment_id}/${part}`)
    expect([reply.status, refusalOf(reply).error]).toEqual([409, 'conflict'])
  }
  const unknown = await site.browser.send('GET', `${site.path}/experiments/4242/results`)
  expect(unknown.status).toBe(404)
})
