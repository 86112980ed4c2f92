import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { integer } from '../schema/clickhouse/cell.ts'
import { openTestDatabase, type TestDatabase } from '../schema/clickhouse/database-for-tests.ts'
import { readRows } from '../schema/clickhouse/read-rows.ts'
import type { GoalTarget } from '../schema/experiment/goal.ts'
import { makePreviewToken } from '../schema/experiment/preview.ts'
import type { Site } from '../schema/site/read-sites.ts'
import type { AcceptedRows } from './accepted-rows.ts'
import {
  addSites,
  type CollectorUnderTest,
  chrome,
  eventually,
  memoryStore,
  referenceKey,
  removeTemporaryFolders,
  startUnderTest,
  type UnderTestOptions,
} from './collector-for-tests.ts'
import { planPlaceholder, type ServedPlan } from './script/served-plan.ts'

let database: TestDatabase
const started: CollectorUnderTest[] = []
const nowhere = 'http://127.0.0.1:9'

beforeAll(async () => {
  database = await openTestDatabase()
  // The same salts in every run: the same addresses see the same variants.
  const values = ['2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26'].map((day, index) => ({
    day,
    created_at: '2026-11-22 00:00:00.000',
    salt: String(index).repeat(64),
  }))
  await database.writer.insert({ table: 'salts', values, format: 'JSONEachRow' })
})
afterEach(async () => {
  await Promise.all(started.splice(0).map((collector) => collector.close()))
})
afterAll(async () => {
  await database.close()
  removeTemporaryFolders()
})

async function start(options: Partial<UnderTestOptions> = {}): Promise<CollectorUnderTest> {
  const collector = await startUnderTest({
    database,
    openStore: memoryStore().open,
    ...options,
    env: { TRUSTED_PROXIES: '127.0.0.1', RATE_IP: '0', ...options.env },
  })
  started.push(collector)
  return collector
}

let lastSite = 0
/** A site of its own for a test, with a test or goals as the dashboard writes them. */
async function addSite(differences: Partial<Site> = {}): Promise<{ id: number; domain: string }> {
  lastSite += 1
  const site = { site_id: lastSite, domain: `shop${lastSite}.example` }
  await addSites(database, { ...site, ...differences })
  return { id: site.site_id, domain: site.domain }
}

const control = { id: 'a', name: 'Control', weight: 0.5 }
const cheaper = { action: 'text', selector: 'h1', value: 'Cheaper' }
const pageTest = {
  kind: 'page',
  page: '/pricing',
  coverage: 1,
  variants: [control, { id: 'b', name: 'B', weight: 0.5, changes: [cheaper] }],
}
const redirectTest = {
  kind: 'redirect',
  page: '/pricing/',
  coverage: 1,
  variants: [control, { id: 'b', name: 'B', weight: 0.5, url: '/pricing-b/' }],
}

let version = 0
async function writeExperiment(
  site: { id: number },
  serving: unknown,
  { id = 1, status = 'running', phase = 1 } = {},
): Promise<void> {
  version += 1
  const row = {
    site_id: site.id,
    experiment_id: id,
    name: 'A test',
    status,
    phase,
    serving: typeof serving === 'string' ? serving : JSON.stringify(serving),
    plan: '{}',
    outcomes: '[]',
    created_at: '2026-11-24 00:00:00.000',
    deleted: false,
    version,
  }
  await database.writer.insert({ table: 'experiments', values: [row], format: 'JSONEachRow' })
}

async function writeGoal(site: { id: number }, id: number, target: GoalTarget): Promise<void> {
  version += 1
  const row = {
    site_id: site.id,
    goal_id: id,
    name: 'A goal',
    target: JSON.stringify(target),
    created_at: '2026-11-24 00:00:00.000',
    deleted: false,
    version,
  }
  await database.writer.insert({ table: 'goals', values: [row], format: 'JSONEachRow' })
}

const from = (index: number) => ({ 'x-forwarded-for': `81.${2 + (index >> 8)}.69.${index & 255}` })

async function getScript(
  collector: CollectorUnderTest,
  query: string,
  headers: Record<string, string> = {},
): Promise<{ response: Response; text: string; plan: ServedPlan | null }> {
  const response = await fetch(`${collector.url}/js/script.js${query}`, {
    headers: { 'user-agent': chrome, ...headers },
  })
  const text = await response.text()
  return { response, text, plan: planIn(text) }
}

/** The plan that was put into a script; null for the plain one. */
function planIn(text: string): ServedPlan | null {
  const built = readFileSync(new URL('./script/dist/planned-script.js', import.meta.url), 'utf8')
  const [before = '', after = ''] = built.split(planPlaceholder)
  if (!text.startsWith(before)) return null
  return JSON.parse(text.slice(before.length, text.length - after.length))
}

async function variantOf(
  collector: CollectorUnderTest,
  { domain }: { domain: string },
  headers: Record<string, string>,
): Promise<string | undefined> {
  const { plan } = await getScript(collector, `?site=${domain}`, headers)
  return plan?.tests[0]?.variant
}

const exposure = ({ domain }: { domain: string }, props: Record<string, string>) => ({
  n: 'exposure',
  u: `https://${domain}/pricing`,
  d: domain,
  i: false,
  p: props,
})

describe('the script', () => {
  test('of a site without tests is the same for all and may be kept', async () => {
    const site = await addSite()
    await writeGoal(site, 1, { kind: 'page', path: { operator: 'is', value: '/thanks' } })
    await writeExperiment(site, pageTest, { status: 'draft' })
    const collector = await start()
    const { response, plan } = await getScript(collector, `?site=${site.domain}`)
    expect(plan).toBeNull()
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    expect(response.headers.get('vary')).toBe('Accept-Encoding')
    expect(response.headers.get('etag')).toMatch(/^"[\w-]+"$/)
  })

  test('comes with this visitor’s variant alone, and no one may keep it', async () => {
    const site = await addSite()
    await writeExperiment(site, pageTest)
    const collector = await start()
    const seen = new Map<string, string>()
    for (let index = 0; index < 20; index++) {
      const { response, text, plan } = await getScript(
        collector,
        `?site=www.${site.domain.toUpperCase()}`,
        from(index),
      )
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      expect(response.headers.get('set-cookie')).toBeNull()
      const [served] = plan?.tests ?? []
      expect(served).toEqual({
        experiment: '1',
        phase: '1',
        variant: served?.variant,
        page: '/pricing',
        changes: served?.variant === 'b' ? [cheaper] : [],
      })
      seen.set(served?.variant ?? '', text)
    }
    expect([...seen.keys()].sort()).toEqual(['a', 'b'])
    expect(seen.get('a')).not.toContain('Cheaper')
  })

  test('never holds the visitor’s id', async () => {
    const site = await addSite()
    await writeExperiment(site, pageTest)
    const rows: AcceptedRows[] = []
    const collector = await start({ openStore: memoryStore(rows).open })
    const { text } = await getScript(collector, `?site=${site.domain}`, from(1))
    await collector.post({ n: 'pageview', u: `https://${site.domain}/`, d: site.domain }, from(1))
    const [event] = rows.flatMap(({ events }) => events)
    expect(event?.visitor_id).not.toBe(0n)
    for (const form of [10, 16, 36]) expect(text).not.toContain(String(event?.visitor_id.toString(form)))
  })

  test('is the same text in every encoding', async () => {
    const site = await addSite()
    await writeExperiment(site, pageTest)
    const collector = await start()
    const texts = []
    for (const encoding of ['br', 'gzip', 'identity']) {
      const { response, text } = await getScript(collector, `?site=${site.domain}`, {
        ...from(1),
        'accept-encoding': encoding,
      })
      expect(response.headers.get('content-encoding')).toBe(encoding === 'identity' ? null : encoding)
      texts.push(text)
    }
    expect(new Set(texts).size).toBe(1)
  })

  test.each([
    ['the origin', (domain: string) => ({ origin: `https://${domain}` })],
    ['the referrer', (domain: string) => ({ referer: `https://${domain}/pricing?x=1` })],
    ['a subdomain, with a port', (domain: string) => ({ referer: `http://www.blog.${domain}:8080/` })],
    ['a further host', (domain: string) => ({ referer: `https://staging-${domain}/` })],
  ])('finds its site by %s, where the address names none', async (_, headers) => {
    const site = await addSite({ hosts: [`staging-shop${lastSite + 1}.example`] })
    await writeExperiment(site, pageTest)
    const collector = await start()
    const { response, plan } = await getScript(collector, '', { ...from(1), ...headers(site.domain) })
    expect(plan?.tests).toHaveLength(1)
    expect(response.headers.get('vary')).toBe('Accept-Encoding, Origin, Referer')
    const other = await getScript(collector, '', { ...from(1), origin: 'https://elsewhere.example' })
    expect([other.plan, other.response.headers.get('vary')]).toEqual([
      null,
      'Accept-Encoding, Origin, Referer',
    ])
  })

  test.each([
    [
      'a bot',
      {},
      { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
    ],
    ['a visitor who opts out', { honour_gpc: true }, { 'sec-gpc': '1' }],
  ])('gives %s the control, and the canonical addresses all the same', async (_, differences, headers) => {
    const site = await addSite(differences)
    await writeExperiment(site, redirectTest)
    const collector = await start()
    const { response, plan } = await getScript(collector, `?site=${site.domain}`, { ...from(1), ...headers })
    expect(plan).toEqual({ tests: [], canonicals: [['/pricing-b', '/pricing']], goals: [] })
    expect(response.headers.get('cache-control')).toBe('private, no-store')
  })

  test('of a site with element goals alone carries them, for all', async () => {
    const site = await addSite()
    await writeGoal(site, 4, { kind: 'click', by: 'selector', value: '#buy' })
    await writeGoal(site, 5, { kind: 'form', selector: 'form.signup' })
    await writeGoal(site, 6, { kind: 'click', by: 'attribute', value: 'signup' })
    const collector = await start()
    const { response, plan } = await getScript(collector, `?site=${site.domain}`)
    expect(plan).toEqual({
      tests: [],
      canonicals: [],
      goals: [
        { goal: 'id:4', on: 'click', selector: '#buy' },
        { goal: 'id:5', on: 'submit', selector: 'form.signup' },
      ],
    })
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
  })

  test('follows a test that starts, changes phase and is paused', async () => {
    const site = await addSite()
    const collector = await start()
    const phase = async () =>
      (await getScript(collector, `?site=${site.domain}`, from(1))).plan?.tests[0]?.phase
    expect(await phase()).toBeUndefined()
    await writeExperiment(site, pageTest)
    await eventually(async () => expect(await phase()).toBe('1'))
    await writeExperiment(site, pageTest, { phase: 2 })
    await eventually(async () => expect(await phase()).toBe('2'))
    await writeExperiment(site, pageTest, { status: 'paused', phase: 2 })
    await eventually(async () => expect(await phase()).toBeUndefined())
  })

  test('leaves out what cannot be read, and goes on with the rest', async () => {
    const site = await addSite()
    await writeExperiment(site, '{"kind":"page"', { id: 1 })
    await writeExperiment(site, { ...pageTest, page: 'pricing' }, { id: 2 })
    await writeExperiment(
      site,
      { ...redirectTest, variants: [control, { id: 'b', name: 'B', weight: 0.5, url: 'javascript:1' }] },
      { id: 3 },
    )
    await writeExperiment(site, { ...pageTest, page: '/préis' }, { id: 4 })
    const collector = await start()
    const { plan } = await getScript(collector, `?site=${site.domain}`, from(1))
    expect(plan?.tests).toEqual([expect.objectContaining({ experiment: '4', page: '/pr%C3%A9is' })])
  })

  test('goes on with the tests of the last run while ClickHouse is away', async () => {
    const site = await addSite()
    await writeExperiment(site, pageTest)
    const first = await start()
    const before = await variantOf(first, site, from(1))
    await first.close()
    const second = await start({ folder: first.folder, clickhouseUrl: nowhere })
    expect(await variantOf(second, site, from(1))).toBe(before)
  })
})

describe('a preview', () => {
  test.each(['draft', 'paused', 'running'])(
    'shows a variant of a %s test to who has the link',
    async (status) => {
      const site = await addSite()
      await writeExperiment(site, pageTest, { status })
      const collector = await start()
      for (const variant of ['a', 'b']) {
        const token = makePreviewToken({ experiment_id: 1, variant }, referenceKey)
        const { response, plan } = await getScript(
          collector,
          `?site=${site.domain}&revtrail_preview=${token}`,
        )
        expect(plan).toMatchObject({ preview: true, tests: [{ experiment: '1', variant }] })
        expect(response.headers.get('cache-control')).toBe('private, no-store')
      }
    },
  )

  test.each([
    ['without a signature', '1.b'],
    ['of another site', makePreviewToken({ experiment_id: 1, variant: 'b' }, 'b2'.repeat(32))],
    ['of a variant that is none', makePreviewToken({ experiment_id: 1, variant: 'z' }, referenceKey)],
    ['of a test that is none', makePreviewToken({ experiment_id: 9, variant: 'b' }, referenceKey)],
  ])('%s is the plain script', async (_, token) => {
    const site = await addSite()
    await writeExperiment(site, pageTest, { status: 'draft' })
    const collector = await start()
    expect((await getScript(collector, `?site=${site.domain}&revtrail_preview=${token}`)).plan).toBeNull()
  })
})

describe('assignment', () => {
  test('splits visitors by the weights, each for the day', async () => {
    const site = await addSite()
    const variants = [
      { ...control, weight: 0.2 },
      { id: 'b', name: 'B', weight: 0.3 },
      { id: 'c', name: 'C', weight: 0.5 },
    ]
    await writeExperiment(site, { ...pageTest, coverage: 0.8, variants })
    const collector = await start()
    const counts: Record<string, number> = {}
    const first = new Map<number, string | undefined>()
    for (let index = 0; index < 1_500; index++) {
      const variant = await variantOf(collector, site, from(index))
      first.set(index, variant)
      counts[variant ?? 'none'] = (counts[variant ?? 'none'] ?? 0) + 1
    }
    const shares = { a: 0.16, b: 0.24, c: 0.4, none: 0.2 }
    const distance = Object.entries(shares).reduce(
      (sum, [name, share]) => sum + ((counts[name] ?? 0) - share * 1_500) ** 2 / (share * 1_500),
      0,
    )
    // The 1 % point of chi squared with 3 degrees of freedom.
    expect(distance).toBeLessThan(11.3)

    collector.clock.now = Date.parse('2026-11-24T23:59:00Z')
    for (let index = 0; index < 20; index++)
      expect(await variantOf(collector, site, from(index))).toBe(first.get(index))
    collector.clock.now = Date.parse('2026-11-25T00:01:00Z')
    const nextDay = []
    for (let index = 0; index < 20; index++) nextDay.push(await variantOf(collector, site, from(index)))
    expect(nextDay).not.toEqual([...first.values()].slice(0, 20))
  })

  test('stays with a visit that runs across midnight', async () => {
    const site = await addSite()
    await writeExperiment(site, pageTest)
    const rows: AcceptedRows[] = []
    const collector = await start({ openStore: memoryStore(rows).open, at: '2026-11-24T23:50:00Z' })
    const evening = []
    for (let index = 0; index < 20; index++) {
      evening.push(await variantOf(collector, site, from(index)))
      await collector.post({ n: 'pageview', u: `https://${site.domain}/`, d: site.domain }, from(index))
    }
    collector.clock.now = Date.parse('2026-11-25T00:10:00Z')
    for (let index = 0; index < 20; index++) {
      const variant = await variantOf(collector, site, from(index))
      expect(variant).toBe(evening[index])
      const wire = exposure(site, { experiment: '1', phase: '1', variant: variant ?? '' })
      expect((await collector.post(wire, from(index))).body).toMatchObject({ status: 'stored' })
    }
    const days = rows.flatMap(({ events }) => events).map(({ day, name }) => `${day} ${name}`)
    expect(new Set(days)).toEqual(new Set(['20781 pageview', '20781 exposure']))
  })
})

describe('an exposure', () => {
  test('counts once a visitor and day, with the first moment, and no page view', async () => {
    const site = await addSite()
    await writeExperiment(site, pageTest)
    const collector = await startUnderTest({ database, env: { TRUSTED_PROXIES: '127.0.0.1', RATE_IP: '0' } })
    started.push(collector)
    const seen: Record<string, number> = {}
    for (let index = 0; index < 10; index++) {
      const variant = (await variantOf(collector, site, from(index))) ?? ''
      seen[variant] = (seen[variant] ?? 0) + 1
      const wire = exposure(site, { experiment: '1', phase: '1', variant })
      await collector.post(wire, from(index))
      await collector.post(
        { n: 'pageview', u: `https://${site.domain}/pricing`, d: site.domain },
        from(index),
      )
      await collector.post(wire, from(index))
    }
    const row = z.object({ variant: z.string(), visitors: integer, doubled: integer, device: z.string() })
    await eventually(async () => {
      const found = await readRows(database.reader, {
        sql: `SELECT variant, count() AS visitors, countIf(least != most) AS doubled, any(device) AS device FROM (
                SELECT argMinMerge(e.variant) AS variant, min(variant_least) AS least, max(variant_most) AS most, any(device) AS device
                FROM exposures AS e WHERE site_id = {site:UInt32} AND experiment_id = 1 AND phase = 1 AND day = '2026-11-24'
                GROUP BY visitor_id)
              GROUP BY variant ORDER BY variant`,
        params: { site: site.id },
        row,
      })
      expect(found).toEqual(
        Object.entries(seen)
          .sort()
          .map(([variant, visitors]) => ({ variant, visitors, doubled: 0, device: 'Desktop' })),
      )
    })
    const [visits] = await readRows(database.reader, {
      sql: 'SELECT count() AS visits, sum(views) AS views FROM (SELECT max(pageviews) AS views FROM sessions WHERE site_id = {site:UInt32} GROUP BY session_id)',
      params: { site: site.id },
      row: z.object({ visits: integer, views: integer }),
    })
    expect(visits).toEqual({ visits: 10, views: 10 })
  })

  test.each<[string, (own: string) => Record<string, string>, RegExp]>([
    ['without its props', () => ({ variant: 'a' }), /needs the props/],
    ['of a test that does not run', (variant) => ({ experiment: '2', phase: '1', variant }), /no such test/],
    ['of another phase', (variant) => ({ experiment: '1', phase: '2', variant }), /another phase/],
    [
      'of another variant',
      (own) => ({ experiment: '1', phase: '1', variant: own === 'a' ? 'b' : 'a' }),
      /another variant/,
    ],
    ['of a variant that is none', () => ({ experiment: '1', phase: '1', variant: 'z' }), /another variant/],
  ])('%s is dropped as invalid', async (_, props, message) => {
    const site = await addSite()
    await writeExperiment(site, pageTest)
    await writeExperiment(site, pageTest, { id: 2, status: 'draft' })
    const rows: AcceptedRows[] = []
    const collector = await start({ openStore: memoryStore(rows).open })
    const own = (await variantOf(collector, site, from(1))) ?? ''
    const { response, body } = await collector.post(exposure(site, props(own)), from(1))
    expect([response.status, body]).toEqual([
      400,
      { status: 'dropped', reason: 'invalid', message: expect.stringMatching(message) },
    ])
    expect(rows).toEqual([])
    // The dropped one began no visit.
    await collector.post({ n: 'pageview', u: `https://${site.domain}/b`, d: site.domain }, from(1))
    expect(rows[0]?.events[0]).toMatchObject({ event_no: 1, entry_page: '/b' })
  })

  test('of a visitor who opted out, or is outside the traffic of the test, is dropped', async () => {
    const site = await addSite({ honour_gpc: true })
    await writeExperiment(site, { ...pageTest, coverage: 0.0001 })
    const collector = await start()
    for (const headers of [from(1), { ...from(1), 'sec-gpc': '1' }])
      for (const variant of ['a', 'b']) {
        const { body } = await collector.post(
          exposure(site, { experiment: '1', phase: '1', variant }),
          headers,
        )
        expect(body).toMatchObject({ reason: 'invalid' })
      }
  })

  test('of a bot is dropped as one', async () => {
    const site = await addSite()
    await writeExperiment(site, pageTest)
    const collector = await start()
    const wire = { ...exposure(site, { experiment: '1', phase: '1', variant: 'a' }), webdriver: true }
    expect((await collector.post(wire, from(1))).body).toMatchObject({ reason: 'bot' })
  })
})
