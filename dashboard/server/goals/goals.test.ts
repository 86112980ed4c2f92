import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goalResults } from '../../contract/goals.ts'
import { refusalOf, startTestDashboard, type TestDashboard } from '../dashboard-for-tests.ts'
import { addEvents, addPayments } from '../experiments/facts-for-tests.ts'
import { addTestSite, type TestSite } from '../experiments/site-for-tests.ts'

let dashboard: TestDashboard
let site: TestSite
beforeAll(async () => {
  dashboard = await startTestDashboard()
  site = await addTestSite(dashboard)
})
afterAll(() => dashboard.close())

const send = (method: string, rest = '', body?: unknown) =>
  site.browser.send(method, `${site.path}/goals${rest}`, body)

describe('goals of a site', () => {
  test('are made, listed, changed and deleted', async () => {
    const target = { kind: 'form', selector: '#signup' }
    const made = await send('POST', '', { name: ' Signed up ', target })
    expect(made.body).toMatchObject({ goal_id: 1, name: 'Signed up', target })
    const changed = await send('PATCH', '/1', { target: { kind: 'event', name: 'Signup' } })
    expect(changed.body).toMatchObject({ name: 'Signed up', target: { kind: 'event', name: 'Signup' } })
    expect((await send('GET')).body).toEqual({ goals: [changed.body] })
    expect((await send('DELETE', '/1')).status).toBe(200)
    expect((await send('GET')).body).toEqual({ goals: [] })
    expect((await send('DELETE', '/1')).status).toBe(404)
    // An id is never given twice: events of the old goal are not of the new one.
    expect(await site.goal('Next', target)).toBe(2)
  })

  test.each<[string, object, number, string]>([
    ['no name', { name: ' ', target: { kind: 'event', name: 'x' } }, 400, 'name'],
    ['no target', { name: 'x' }, 400, 'target'],
    ['an unknown kind', { name: 'x', target: { kind: 'scroll' } }, 400, 'target.kind'],
    ['an empty event', { name: 'x', target: { kind: 'event', name: '' } }, 400, 'target.name'],
    [
      'half a unit of money',
      { name: 'x', target: { kind: 'revenue', at_least: 0.5 } },
      400,
      'target.at_least',
    ],
    ['a name that is taken', { name: 'Next', target: { kind: 'event', name: 'x' } }, 409, 'name'],
  ])('%s is refused', async (_, body, status, field) => {
    const reply = await send('POST', '', body)
    expect(reply.status, reply.text).toBe(status)
    expect(Object.keys(refusalOf(reply).fields)).toContain(field)
  })
})

describe('how often goals are reached', () => {
  beforeAll(async () => {
    const { writer } = dashboard.database
    const click = await site.goal('Click', { kind: 'click', by: 'selector', value: '.buy' })
    await site.goal('Signup', { kind: 'event', name: 'Signup' })
    await site.goal('Docs', { kind: 'page', path: { operator: 'contains', value: '/docs' } })
    await site.goal('Home', { kind: 'page', path: { operator: 'is', value: '/' } })
    await site.goal('Any revenue', { kind: 'revenue', at_least: null })
    await site.goal('Large order', { kind: 'revenue', at_least: 5_000 })
    const day = '2026-11-20'
    await addEvents(writer, site.id, [
      { visitor: 1, day, at: 10, pathname: '/' },
      { visitor: 1, day, at: 20, name: 'Signup' },
      { visitor: 1, day, at: 30, name: 'Signup' },
      { visitor: 1, day, at: 40, name: 'goal', props: { goal: `id:${click}` } },
      { visitor: 2, day, at: 10, pathname: '/en/docs/start' },
      { visitor: 2, day, at: 300, name: 'Signup' },
      { visitor: 3, day, at: 10, pathname: '/home' },
      { visitor: 0, day, at: 10, name: 'Signup' },
      { visitor: 1, day: '2026-11-21', at: 10, name: 'Signup' },
      { visitor: 9, day: '2026-10-20', at: 10, name: 'Signup' },
    ])
    const paid = { visitDay: day, at: 100 }
    await addPayments(writer, site.id, [
      { id: 'cs_1', visitor: 1, amount: 4_000, ...paid },
      { id: 'cs_1b', visitor: 1, amount: 1_000, currency: 'eur', ...paid },
      // Before this visitor signed up, so not the goal's.
      { id: 'cs_2', visitor: 2, amount: 6_000, ...paid },
      // Of a visit before the range, charged in it.
      { id: 'cs_9', visitor: 9, visitDay: '2026-10-20', chargedOn: '2026-11-20', at: 100, amount: 500 },
      { id: 'cs_0', visitor: 1, amount: 700, ...paid, chargedOn: '2026-11-23' },
      { id: 'cs_t', visitor: 1, amount: 900, ...paid, livemode: false },
    ])
  })

  async function read(range: string) {
    const reply = await send('GET', `/results?date_range=${range}`)
    expect(reply.status, reply.text).toBe(200)
    const { results, ...rest } = goalResults.parse(reply.body)
    const rows = results.map(({ name, visitors, conversions, rate, revenue }) => [
      name,
      [visitors, conversions, rate, revenue.amount],
    ])
    return { ...rest, rows: Object.fromEntries(rows), results }
  }

  test('visitors, conversions, rate and revenue over a range of days', async () => {
    const { rows, results, ...rest } = await read('2026-11-19,2026-11-22')
    // Visitors: 1, 2 and 3 of one day, 1 of the next.
    expect(rest).toEqual({ from: '2026-11-19', to: '2026-11-22', visitors: 4, test_revenue: false })
    expect(rows).toEqual({
      Click: [1, 1, 25, 4_000],
      Signup: [3, 5, 75, 4_500],
      Docs: [1, 1, 25, 6_000],
      Home: [1, 1, 25, 4_000],
      'Any revenue': [3, 4, 75, 10_500],
      'Large order': [1, 1, 25, 6_000],
      Next: [0, 0, 0, 0],
    })
    const click = results.find(({ name }) => name === 'Click')
    expect(click?.revenue.others).toEqual([{ amount: 1_000, currency: 'eur', value: 10 }])
  })

  test.each([
    ['day', '2026-11-24', '2026-11-24'],
    ['7d', '2026-11-18', '2026-11-24'],
    ['all', '2026-10-20', '2026-11-24'],
  ])('%s is from %s to %s', async (range, from, to) => {
    expect(await read(range)).toMatchObject({ from, to })
  })

  test.each(['2026-11-22,2026-11-19', 'fortnight', '2026-11-22', '2026-11-22,yesterday'])(
    'the range %s is refused',
    async (range) => {
      const reply = await send('GET', `/results?date_range=${range}`)
      expect([reply.status, refusalOf(reply).error]).toEqual([400, 'invalid'])
    },
  )
})
