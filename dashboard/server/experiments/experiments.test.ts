import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readRows } from '../../../schema/clickhouse/read-rows.ts'
import { experimentServing } from '../../../schema/experiment/experiment.ts'
import { readPreviewToken } from '../../../schema/experiment/preview.ts'
import { experimentChanged, experimentList, experimentPreview } from '../../contract/experiments.ts'
import { goalList } from '../../contract/goals.ts'
import { site as siteAnswer } from '../../contract/sites.ts'
import { refusalOf, startTestDashboard, type TestDashboard } from '../dashboard-for-tests.ts'
import { addTestSite, redirectTest, type TestSite } from './site-for-tests.ts'

let dashboard: TestDashboard
let site: TestSite
beforeAll(async () => {
  dashboard = await startTestDashboard()
  site = await addTestSite(dashboard)
})
afterAll(() => dashboard.close())

const post = (body: unknown) => site.browser.send('POST', `${site.path}/experiments`, body)
const patch = (id: number, body: unknown) =>
  site.browser.send('PATCH', `${site.path}/experiments/${id}`, body)
const changed = async (reply: ReturnType<typeof patch>) => {
  const { status, body, text } = await reply
  expect(status, text).toBe(200)
  return experimentChanged.parse(body)
}
const two = (url: string, weights = [0.5, 0.5]) => [
  { name: 'Original', weight: weights[0] },
  { name: 'New', weight: weights[1], url },
]
const text = { action: 'text', selector: 'h1', value: 'Hello' }
const pageVariants = [
  { name: 'Original', weight: 50 },
  { name: 'New', weight: 50, changes: [text] },
]

describe('drafts', () => {
  test('a draft gets ids, shares and a goal of its own, and is listed', async () => {
    const draft = await site.draft({
      variants: [
        { name: 'A', weight: 50 },
        { name: 'B', weight: 25, url: '/b' },
        { name: 'C', weight: 25, url: 'https://www.shop.example/c?x=1' },
      ],
    })
    expect(draft).toMatchObject({
      status: 'draft',
      phase: 1,
      coverage: 1,
      cap_percentile: 0.99,
      mode: 'hybrid',
      minimal_lift: 0.1,
      end_day: null,
      goal: { name: 'Any revenue', measure: 'revenue', target: { kind: 'revenue', at_least: null } },
    })
    expect(draft.variants.map(({ id, weight }) => [id, weight])).toEqual([
      ['a', 0.5],
      ['b', 0.25],
      ['c', 0.25],
    ])
    const { experiments } = experimentList.parse(
      (await site.browser.send('GET', `${site.path}/experiments`)).body,
    )
    expect(experiments.map(({ experiment_id }) => experiment_id)).toContain(draft.experiment_id)
    const one = await site.browser.send('GET', `${site.path}/experiments/${draft.experiment_id}`)
    expect(one.body).toEqual(draft)
  })

  test('the same described goal is made once', async () => {
    const goal = { kind: 'revenue', at_least: 5_000 }
    const [first, second] = [await site.draft({ goal }), await site.draft({ goal })]
    expect(first.goal?.goal_id).toBe(second.goal?.goal_id)
    expect(first.goal).toMatchObject({ name: 'Order of at least 50 USD', measure: 'rate' })
    const { goals } = goalList.parse((await site.browser.send('GET', `${site.path}/goals`)).body)
    expect(goals.filter(({ name }) => name.startsWith('Order'))).toHaveLength(1)
  })

  test.each<[string, object, string, RegExp]>([
    ['weights of 0.9', { variants: two('/b', [0.5, 0.4]) }, 'variants', /add up to 0\.9/],
    ['weights of 110', { variants: two('/b', [60, 50]) }, 'variants', /add up to 110/],
    ['a weight of 0', { variants: two('/b', [1, 0]) }, 'variants.1.weight', /./],
    ['one variant', { variants: [{ name: 'A', weight: 1 }] }, 'variants', /./],
    [
      'another site',
      { variants: two('https://evil.example/b') },
      'variants.1.url',
      /no page of shop\.example/,
    ],
    [
      'a site that only ends alike',
      { variants: two('https://evilshop.example/') },
      'variants.1.url',
      /no page/,
    ],
    ['another site without a scheme', { variants: two('//evil.example/b') }, 'variants.1.url', /no page/],
    ['another site by backslashes', { variants: two('/\\evil.example/b') }, 'variants.1.url', /no page/],
    ['a script', { variants: two('javascript:alert(1)') }, 'variants.1.url', /no page/],
    ['a login in the address', { variants: two('https://me@shop.example/b') }, 'variants.1.url', /no page/],
    ['the page itself', { variants: two('https://shop.example/pricing') }, 'variants.1.url', /for ever/],
    ['the page with a query', { variants: two('/pricing/?b=1') }, 'variants.1.url', /for ever/],
    ['a path that is none', { page: 'pricing' }, 'page', /a path such as/],
    ['a page with a query', { page: '/pricing?a=1' }, 'page', /a path such as/],
    ['an unknown goal', { goal: { goal_id: 999 } }, 'goal', /no such goal/],
    ['an unknown secondary goal', { secondary: [{ goal_id: 999 }] }, 'secondary.0', /no such goal/],
    [
      'an unknown guardrail',
      { guardrails: [{ goal: { goal_id: 999 }, margin: 0.1 }] },
      'guardrails.0.goal',
      /no such/,
    ],
    ['a goal twice', { secondary: [{ kind: 'revenue', at_least: null }] }, 'secondary', /chosen twice/],
    [
      'a control with an address',
      { variants: [{ name: 'A', weight: 0.5, url: '/a' }, two('/b')[1]] },
      'variants.0',
      /as it is/,
    ],
    [
      'changes in a redirect',
      { variants: [two('/b')[0], { name: 'B', weight: 0.5, changes: [text] }] },
      'variants.1',
      /redirects/,
    ],
    ['an address in page changes', { kind: 'page', variants: two('/b') }, 'variants.1', /changes its page/],
    [
      'an id twice',
      { variants: two('/b').map((variant) => ({ ...variant, id: 'x' })) },
      'variants',
      /same id/,
    ],
    ['no coverage', { coverage: 0 }, 'coverage', /./],
    ['a lift of nothing', { minimal_lift: 0 }, 'minimal_lift', /./],
    [
      'an attribute that runs code',
      {
        kind: 'page',
        variants: [
          pageVariants[0],
          { ...pageVariants[1], changes: [{ ...text, action: 'attribute', name: 'onclick' }] },
        ],
      },
      'variants.1.changes.0.name',
      /cannot be changed/,
    ],
  ])('%s is refused with the field and a reason', async (_, changes, field, reason) => {
    const reply = await post({ ...redirectTest, ...changes })
    const { error, fields } = refusalOf(reply)
    expect([reply.status, error], reply.text).toEqual([400, 'invalid'])
    expect(fields[field]).toMatch(reason)
  })
})

describe('a life', () => {
  test('start, pause, start, stop, archive; every other step is refused', async () => {
    const { experiment_id: id } = await site.draft({ page: '/life', variants: two('/life-b') })
    const statuses: unknown[] = []
    for (const [act, status] of [
      ['pause', 409],
      ['stop', 409],
      ['start', 200],
      ['start', 409],
      ['archive', 409],
      ['pause', 200],
      ['pause', 409],
      ['start', 200],
      ['stop', 200],
      ['start', 409],
      ['stop', 409],
      ['archive', 200],
      ['start', 409],
    ] as const) {
      const reply = await site.act(id, act)
      statuses.push([act, reply.status])
      expect([act, reply.status], reply.text).toEqual([act, status])
    }
    expect((await patch(id, { name: 'other' })).status).toBe(409)
    expect((await site.browser.send('DELETE', `${site.path}/experiments/${id}`)).status).toBe(200)
    expect((await site.act(id, 'start')).status).toBe(404)
  })

  test('a start plans the end and the site’s tables hold what a collector serves', async () => {
    const id = await site.started('2026-11-20', { page: '/served', variants: two('/served-b', [30, 70]) })
    const rows = await readRows(dashboard.database.reader, {
      sql: 'SELECT status, phase, serving FROM experiments FINAL WHERE site_id = {site:UInt32} AND experiment_id = {id:UInt32}',
      params: { site: site.id, id },
      row: z.object({ status: z.string(), phase: z.number(), serving: z.string() }),
    })
    expect(rows).toMatchObject([{ status: 'running', phase: 1 }])
    expect(experimentServing.parse(JSON.parse(rows[0]?.serving ?? ''))).toMatchObject({
      kind: 'redirect',
      page: '/served',
      variants: [
        { id: 'a', weight: 0.3, url: null },
        { id: 'b', weight: 0.7, url: '/served-b' },
      ],
    })
    const running = await site.browser.send('GET', `${site.path}/experiments/${id}`)
    // Without any data: four weeks and 10,000 visitors.
    expect(running.body).toMatchObject({
      first_day: '2026-11-20',
      end_day: '2026-12-17',
      planned_visitors: 10_000,
      planned_by: 'default',
      phase_started_at: '2026-11-20T12:00:00.000Z',
    })
    expect((await site.browser.send('DELETE', `${site.path}/experiments/${id}`)).status).toBe(409)
    await site.act(id, 'stop')
  })

  test.each<[string, object, number, string | null, RegExp]>([
    ['without a goal', { goal: null }, 400, 'goal', /no goal yet/],
    [
      'without an address',
      {
        variants: [
          { name: 'A', weight: 0.5 },
          { name: 'B', weight: 0.5 },
        ],
      },
      400,
      'variants.1',
      /no address yet/,
    ],
    [
      'without a change',
      { kind: 'page', variants: [pageVariants[0], { name: 'B', weight: 50 }] },
      400,
      'variants.1',
      /changes nothing yet/,
    ],
  ])('a start %s is refused', async (_, changes, status, field, reason) => {
    const { experiment_id: id } = await site.draft({ page: '/unready', ...changes })
    const reply = await site.act(id, 'start')
    expect(reply.status).toBe(status)
    expect(refusalOf(reply).message).toMatch(reason)
    expect(Object.keys(refusalOf(reply).fields)).toEqual([field])
  })

  test('a goal that was deleted since is refused at the start', async () => {
    const goal_id = await site.goal('Gone', { kind: 'event', name: 'gone' })
    const { experiment_id: id } = await site.draft({ goal: { goal_id }, page: '/gone' })
    await site.browser.send('DELETE', `${site.path}/goals/${goal_id}`)
    expect(refusalOf(await site.act(id, 'start')).fields['goal']).toMatch(/no such goal/)
  })

  test('a goal of a test that runs keeps its target, and keeps being', async () => {
    const goal_id = await site.goal('Kept', { kind: 'event', name: 'kept' })
    const id = await site.started('2026-11-24', { goal: { goal_id }, page: '/kept' })
    const path = `${site.path}/goals/${goal_id}`
    const other = await site.browser.send('PATCH', path, { target: { kind: 'event', name: 'other' } })
    expect([other.status, refusalOf(other).message]).toEqual([
      409,
      expect.stringContaining('Pricing headline'),
    ])
    expect((await site.browser.send('DELETE', path)).status).toBe(409)
    expect((await site.browser.send('PATCH', path, { name: 'Renamed' })).status).toBe(200)
    await site.act(id, 'stop')
    expect((await site.browser.send('DELETE', path)).status).toBe(200)
  })
})

describe('tests beside each other', () => {
  test.each<[string, object, object, RegExp | null]>([
    ['two redirects on a page', {}, {}, /runs on \/pricing already/],
    ['the same page with a slash', {}, { page: '/pricing/' }, /runs on/],
    ['a redirect and changes', {}, { kind: 'page', variants: pageVariants }, /runs on/],
    [
      'changes of one element',
      { kind: 'page', variants: pageVariants },
      { kind: 'page', variants: pageVariants },
      /runs on/,
    ],
    [
      'changes of different elements',
      { kind: 'page', variants: pageVariants },
      {
        kind: 'page',
        variants: [pageVariants[0], { ...pageVariants[1], changes: [{ ...text, selector: 'h2' }] }],
      },
      null,
    ],
    ['another page', {}, { page: '/other', variants: two('/other-b') }, null],
    ['a variant on the other’s page', {}, { page: '/start', variants: two('/pricing') }, /from test to test/],
    [
      'a page that the other leads to',
      {},
      { page: '/pricing-new', variants: two('/third') },
      /from test to test/,
    ],
  ])('%s', async (_, first, second, reason) => {
    const early = await site.draft(second)
    const id = await site.started('2026-11-24', first)
    const reply = await site.act(early.experiment_id, 'start')
    if (reason === null) expect(reply.status, reply.text).toBe(200)
    else {
      expect([400, 409]).toContain(reply.status)
      expect(refusalOf(reply).message).toMatch(reason)
    }
    await site.act(early.experiment_id, 'stop')
    await site.act(id, 'stop')
    // Once the other has ended nothing stands in the way.
    if (reason !== null) expect((await site.act(early.experiment_id, 'start')).status).toBe(200)
    await site.act(early.experiment_id, 'stop')
  })
})

describe('changes of a test that has begun', () => {
  test.each<[string, object]>([
    ['weights', { variants: two('https://shop.example/pricing-new', [0.4, 0.6]) }],
    ['a variant', { variants: two('/pricing-other') }],
    ['coverage', { coverage: 0.5 }],
    ['the page', { page: '/prices' }],
    ['the kind', { kind: 'page', variants: pageVariants }],
    ['the goal, when a new phase is asked for', { goal: { kind: 'event', name: 'Signup' }, new_phase: true }],
  ])('%s starts a new phase at once and says so', async (_, change) => {
    const id = await site.started('2026-11-20')
    const { experiment, notice } = await changed(patch(id, change))
    expect(experiment).toMatchObject({
      status: 'running',
      phase: 2,
      first_day: '2026-11-24',
      end_day: '2026-12-21',
      phase_started_at: '2026-11-24T10:00:00.000Z',
      outcomes: [],
    })
    expect(notice).toMatch(/Phase 2 began.*set aside/)
    await site.act(id, 'stop')
  })

  test('a name, or what is already so, starts none', async () => {
    const id = await site.started('2026-11-20', {
      variants: [1, 1, 1].map((weight, i) => ({
        name: `V${i}`,
        weight: weight / 3,
        url: i === 0 ? null : `/v${i}`,
      })),
    })
    const before = (await changed(patch(id, { name: 'Renamed' }))).experiment
    const { kind, page, coverage, variants } = before
    const { experiment, notice } = await changed(patch(id, { kind, page, coverage, variants }))
    expect([experiment.phase, experiment.name, notice]).toEqual([1, 'Renamed', null])
    await site.act(id, 'stop')
  })

  test.each<[string, object]>([
    ['the goal', { goal: { kind: 'event', name: 'Signup' } }],
    ['the mode', { mode: 'sequential' }],
    ['the cap', { cap_percentile: null }],
    ['the smallest lift', { minimal_lift: 0.2 }],
    ['the planned end', { planned_days: 14 }],
    ['a secondary goal', { secondary: [{ kind: 'event', name: 'Signup' }] }],
  ])('%s alone is refused, because it is fixed', async (_, change) => {
    const id = await site.started('2026-11-20')
    for (const act of ['pause', 'stop']) {
      const reply = await patch(id, change)
      expect([reply.status, refusalOf(reply).error]).toEqual([409, 'conflict'])
      expect(refusalOf(reply).message).toMatch(/fixed when a test starts/)
      await site.act(id, act)
    }
  })

  test('a stopped test that is changed is a draft of the next phase', async () => {
    const id = await site.started('2026-11-20')
    await site.act(id, 'stop')
    const { experiment, notice } = await changed(patch(id, { coverage: 0.5 }))
    expect(experiment).toMatchObject({ status: 'draft', phase: 2, stopped_at: null, first_day: null })
    expect(notice).toMatch(/Phase 2 begins when you start/)
    // As a draft it changes freely.
    const free = await changed(patch(id, { mode: 'fixed', planned_days: 21, planned_visitors: 500 }))
    expect([free.experiment.phase, free.experiment.mode, free.notice]).toEqual([2, 'fixed', null])
    const started = await changed(site.act(id, 'start'))
    expect(started.experiment).toMatchObject({ phase: 2, planned_by: 'owner', end_day: '2026-12-14' })
    await site.act(id, 'stop')
  })

  test('a change that breaks a running test is refused and leaves it as it was', async () => {
    const id = await site.started('2026-11-20')
    const reply = await patch(id, { variants: two('https://evil.example/') })
    expect(reply.status).toBe(400)
    const now = await site.browser.send('GET', `${site.path}/experiments/${id}`)
    expect(now.body).toMatchObject({ phase: 1, variants: [{}, { url: 'https://shop.example/pricing-new' }] })
    await site.act(id, 'stop')
  })
})

test('preview links name each variant, signed with the site’s key', async () => {
  const { experiment_id: id } = await site.draft()
  const reply = await site.browser.send('GET', `${site.path}/experiments/${id}/preview`)
  const { links } = experimentPreview.parse(reply.body)
  const [key] = await readRows(dashboard.database.reader, {
    sql: 'SELECT reference_key FROM sites FINAL WHERE site_id = {id:UInt32}',
    params: { id: site.id },
    row: z.object({ reference_key: z.string() }),
  })
  for (const { variant, url } of links) {
    const { origin, pathname, searchParams } = new URL(url)
    expect([origin, pathname]).toEqual(['https://shop.example', '/pricing'])
    const token = searchParams.get('revtrail_preview') ?? ''
    expect(readPreviewToken(token, key?.reference_key ?? '')).toEqual({ experiment_id: id, variant })
  }
  expect(links.map(({ variant }) => variant)).toEqual(['a', 'b'])
})

test('while a test runs the site’s snippet is the inline loader', async () => {
  const snippet = async () => siteAnswer.parse((await site.browser.send('GET', site.path)).body).snippet
  expect(await snippet()).toMatch(/^<script defer /)
  const id = await site.started('2026-11-24')
  expect(await snippet()).toContain('data-src="')
  await site.act(id, 'pause')
  expect(await snippet()).toMatch(/^<script defer /)
  await site.act(id, 'stop')
})
