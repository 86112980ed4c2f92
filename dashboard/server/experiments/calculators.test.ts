import { afterAll, beforeAll, expect, test } from 'vitest'
import { calculatorAnswer, prefill } from '../../contract/calculators.ts'
import { experimentChanged } from '../../contract/experiments.ts'
import { refusalOf, startTestDashboard, type TestDashboard } from '../dashboard-for-tests.ts'
import { addEvents, addPayments, type TestEvent } from './facts-for-tests.ts'
import { addTestSite, type TestSite } from './site-for-tests.ts'

let dashboard: TestDashboard
let site: TestSite
beforeAll(async () => {
  dashboard = await startTestDashboard()
  site = await addTestSite(dashboard)
})
afterAll(() => dashboard.close())

const rate = { measure: 'rate', rate: 0.05 }
const ask = (body: object) => site.browser.send('POST', '/api/calculators', body)

test.each<[string, object, object]>([
  // 31,233.2 an arm is R's power.prop.test(p1 = .05, p2 = .055, power = .8, sig.level = .05).
  [
    'a rate, at a fixed end',
    { baseline: rate, lift: 0.1, mode: 'fixed', daily_visitors: 5_000 },
    { of_lift: { kind: 'planned', visitors: 62_467, days: 14 }, smallest_lift_days: 30 },
  ],
  [
    'too little traffic',
    { baseline: rate, lift: 0.1, mode: 'fixed', daily_visitors: 100 },
    { of_lift: { kind: 'too_slow', visitors: 62_467, days: 630 } },
  ],
  [
    'a lift past 100 %',
    { baseline: { measure: 'rate', rate: 0.6 }, lift: 1, daily_visitors: 1_000 },
    { of_lift: { kind: 'impossible', visitors: null, days: null } },
  ],
  [
    'only the days',
    { baseline: rate, days: 14, mode: 'fixed', daily_visitors: 62_468 / 14 },
    { of_lift: null, smallest_lift: expect.closeTo(0.1, 3), smallest_lift_days: 14 },
  ],
  // s²/m² = (1 + 1.31² − .03)/.03 = 89.537, and 2 · 89.537 · (1.95996 + .84162)²/.2² = 35,138.4 an arm.
  [
    'revenue that varies much needs more',
    {
      baseline: { measure: 'revenue', rate: 0.03, order_value: 50, order_cv: 1.31 },
      lift: 0.2,
      mode: 'fixed',
      daily_visitors: 3_000,
    },
    { of_lift: { kind: 'planned', visitors: 70_277, days: 28 } },
  ],
])('%s', async (_, body, expected) => {
  const reply = await ask(body)
  expect(reply.status, reply.text).toBe(200)
  expect(calculatorAnswer.parse(reply.body)).toMatchObject(expected)
})

test.each<[string, object, string]>([
  ['neither lift nor days', { baseline: rate, daily_visitors: 10 }, 'lift'],
  ['a lift of 0', { baseline: rate, lift: 0, daily_visitors: 10 }, 'lift'],
  ['a rate of 0', { baseline: { measure: 'rate', rate: 0 }, lift: 0.1, daily_visitors: 10 }, 'baseline.rate'],
  ['no visitors', { baseline: rate, lift: 0.1, daily_visitors: 0 }, 'daily_visitors'],
])('%s is refused', async (_, body, field) => {
  const reply = await ask(body)
  expect(reply.status).toBe(400)
  expect(Object.keys(refusalOf(reply).fields)).toEqual([field])
})

/** A hundred visitors a day from the 15th to today; on the page each, ten sign up, five buy for 20, 40, 60, 80 and 100. */
async function addTraffic(): Promise<void> {
  const days = Array.from({ length: 10 }, (_, i) => `2026-11-${15 + i}`)
  const visitors = Array.from({ length: 100 }, (_, i) => i + 1)
  const events = days.flatMap((day) =>
    visitors.flatMap((visitor): TestEvent[] => [
      { visitor, day, at: 10, pathname: visitor <= 50 ? '/pricing' : '/blog' },
      ...(visitor <= 10 ? [{ visitor, day, at: 20, name: 'Signup' }] : []),
      // Before the page was seen, and without it.
      ...(visitor === 20 ? [{ visitor, day, at: 5, name: 'Signup' }] : []),
      ...(visitor === 60 ? [{ visitor, day, at: 20, name: 'Signup' }] : []),
    ]),
  )
  await addEvents(dashboard.database.writer, site.id, events)
  const payments = days.flatMap((visitDay) =>
    [1, 2, 3, 4, 5].map((visitor) => ({
      id: `cs_${visitDay}_${visitor}`,
      visitor,
      visitDay,
      at: 30,
      amount: visitor * 2_000,
    })),
  )
  await addPayments(dashboard.database.writer, site.id, payments)
}

test('the prefill tells what the last whole days did, and a start plans with it', async () => {
  const path = `${site.path}/calculators/prefill`
  expect((await site.browser.send('GET', path)).body).toEqual({
    days: 0,
    daily_visitors: 0,
    rate: null,
    revenue: null,
  })
  await addTraffic()
  const goal_id = await site.goal('Signup', { kind: 'event', name: 'Signup' })
  const read = async (query: string) =>
    prefill.parse((await site.browser.send('GET', `${path}${query}`)).body)

  const whole = await read(`?goal_id=${goal_id}`)
  expect(whole).toMatchObject({ days: 9, daily_visitors: 100, rate: 0.11 })
  const page = await read(`?goal_id=${goal_id}&page=/pricing`)
  expect(page).toMatchObject({
    days: 9,
    daily_visitors: 50,
    rate: 0.2,
    revenue: {
      rate: 0.1,
      average_order_value: { amount: 6_000, currency: 'usd', value: 60 },
      revenue_per_visitor: { amount: 600, value: 6 },
    },
  })
  // 45 orders, nine each of 20 to 100: the standard deviation is √(800 · 45/44).
  expect(page.revenue?.order_cv).toBeCloseTo(Math.sqrt((800 * 45) / 44) / 60, 12)
  const unknown = await site.browser.send('GET', `${path}?goal_id=99`)
  expect([unknown.status, Object.keys(refusalOf(unknown).fields)]).toEqual([400, ['goal_id']])

  const draft = await site.draft({ goal: { goal_id }, minimal_lift: 0.5, mode: 'fixed' })
  const { experiment } = experimentChanged.parse((await site.act(draft.experiment_id, 'start')).body)
  const calculated = calculatorAnswer.parse(
    (await ask({ baseline: { measure: 'rate', rate: 0.2 }, lift: 0.5, mode: 'fixed', daily_visitors: 50 }))
      .body,
  )
  expect(experiment).toMatchObject({
    planned_by: 'calculator',
    planned_visitors: calculated.of_lift?.visitors,
    planned_days: calculated.of_lift?.days,
    first_day: '2026-11-24',
  })
})
