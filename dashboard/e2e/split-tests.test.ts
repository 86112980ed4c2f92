import type { ClickHouseClient } from '@clickhouse/client'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import type { ExperimentServing } from '../../schema/experiment/experiment.ts'
import type { GoalTarget } from '../../schema/experiment/goal.ts'
import { loaderHash } from '../../schema/experiment/loader.ts'
import { makePreviewToken } from '../../schema/experiment/preview.ts'
import { readSites } from '../../schema/site/read-sites.ts'
import {
  findPlot,
  openDatabase,
  owner,
  type Plot,
  type RunningInstallation,
  startWhole,
} from './installation-for-tests.ts'
import { launchBrowser } from './launch-browser.ts'
import { watchFrames } from './painted-frames.ts'
import { agents } from './shop-visitor.ts'
import { colouredPage, loader, plainSnippet, startTestedShop, type TestedShop } from './tested-shop.ts'

const origin = 'http://shop.example'
const eventually = { timeout: 20_000, interval: 100 }

let shop: TestedShop
let plot: Plot
let installation: RunningInstallation
let database: ClickHouseClient
let browser: Browser
let referenceKey: string
const contexts: BrowserContext[] = []

const control = { id: 'a', name: 'Control', weight: 0.5, url: null, changes: [] }
const redirectTo = (page: string, url: string): ExperimentServing => ({
  kind: 'redirect',
  page,
  coverage: 1,
  variants: [control, { id: 'b', name: 'B', weight: 0.5, url, changes: [] }],
})
const changeOf = (
  page: string,
  changes: ExperimentServing['variants'][number]['changes'],
): ExperimentServing => ({
  kind: 'page',
  page,
  coverage: 1,
  variants: [control, { id: 'b', name: 'B', weight: 0.5, url: null, changes }],
})

/** The tests of the shop, each on a page of its own, by their ids. */
const experiments: Record<number, ExperimentServing> = {
  1: redirectTo('/pricing', '/pricing-b?layout=b'),
  2: redirectTo('/loop', '/loop-b'),
  3: changeOf('/landing', [
    { action: 'text', selector: 'h1', value: 'Cheaper' },
    { action: 'attribute', selector: 'h1', name: 'class', value: 'variant' },
    { action: 'attribute', selector: '#buy', name: 'href', value: '/cheaper' },
    { action: 'hide', selector: '.dear' },
    { action: 'text', selector: '::broken(', value: 'never' },
  ]),
  5: redirectTo('/same', '/same?layout=b'),
}
/** Those that are drafts. */
const drafts: Record<number, ExperimentServing> = {
  8: changeOf('/draft', [{ action: 'attribute', selector: 'h1', name: 'class', value: 'variant' }]),
  9: redirectTo('/moved', '/moved-b'),
}
const goals: Record<number, GoalTarget> = {
  4: { kind: 'click', by: 'selector', value: '.hero a' },
  5: { kind: 'form', selector: 'form#signup' },
}

async function writeTests(siteId: number): Promise<void> {
  const common = { site_id: siteId, created_at: '2026-11-24 00:00:00.000', deleted: false, version: 1 }
  const rowsOf = (tests: typeof experiments, status: string) =>
    Object.entries(tests).map(([id, serving]) => ({
      ...common,
      experiment_id: Number(id),
      name: `Test ${id}`,
      status,
      phase: 1,
      serving: JSON.stringify(serving),
      plan: '{}',
      outcomes: '[]',
    }))
  await database.insert({
    table: 'experiments',
    values: [...rowsOf(experiments, 'running'), ...rowsOf(drafts, 'draft')],
    format: 'JSONEachRow',
  })
  await database.insert({
    table: 'goals',
    values: Object.entries(goals).map(([id, target]) => ({
      ...common,
      goal_id: Number(id),
      name: `Goal ${id}`,
      target: JSON.stringify(target),
    })),
    format: 'JSONEachRow',
  })
}

/** The tests with their variants that the collector gives to an address. */
async function servedTo(address: string): Promise<string> {
  const response = await fetch(`${plot.urls.collector}/js/script.js?site=shop.example`, {
    headers: { 'user-agent': agents.Chrome, 'x-forwarded-for': address },
  })
  const text = await response.text()
  const found = text.matchAll(/"experiment":"(\d+)","phase":"1","variant":"(\w)"/g)
  return [...found].map(([, id, variant]) => `${id}${variant}`).join(' ')
}

let lastAddress = 0
/** An address that no visitor had before. */
function newAddress(): string {
  lastAddress += 1
  return `81.2.${lastAddress >> 8}.${lastAddress & 255}`
}
/** One of someone whom a test shows a variant. */
async function addressWith(seen: string): Promise<string> {
  for (;;) {
    const address = newAddress()
    if ((await servedTo(address)).split(' ').includes(seen)) return address
  }
}

async function openBrowser(address: string, userAgent: string = agents.Chrome): Promise<Page> {
  const context = await browser.newContext({ userAgent, extraHTTPHeaders: { 'x-forwarded-for': address } })
  contexts.push(context)
  // With a route of any kind Playwright answers the preflights that its added header brings about.
  await context.route('http://never.example/', (route) => route.abort())
  const page = await context.newPage()
  page.on('pageerror', (error) => pageErrors.push(error.message))
  return page
}

/** A visitor whom a test shows a variant, as in `1b`. */
const visitor = async (seen: string) => openBrowser(await addressWith(seen))

beforeAll(async () => {
  shop = await startTestedShop()
  plot = await findPlot({
    ADMIN_EMAIL: owner.email,
    ADMIN_PASSWORD: owner.password,
    TRUSTED_PROXIES: '127.0.0.1',
    RATE_IP: '0',
  })
  installation = await startWhole(plot)
  await installation.signIn()
  await installation.ask('POST', '/api/sites', { domain: 'shop.example', timezone: 'UTC', currency: 'usd' })
  database = openDatabase(plot)
  const [site] = await readSites(database)
  if (!site) throw new Error('The site is not in its table.')
  referenceKey = site.reference_key
  await writeTests(site.site_id)
  browser = await launchBrowser({
    'shop.example': shop.address,
    'mail.example': shop.address,
    'collector.example': new URL(plot.urls.collector).host,
  })
  await vi.waitFor(async () => expect(await servedTo('81.2.0.0')).toMatch(/^(\d[ab] ?){4}$/), eventually)
})
afterAll(async () => {
  await browser?.close()
  await database?.close()
  await installation?.stop()
  await shop?.close()
  await plot?.remove()
})

let pageErrors: string[]
beforeEach(() => {
  pageErrors = []
  shop.pages.clear()
  shop.requests.length = 0
})
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()))
  expect(pageErrors).toEqual([])
})

let lastCampaign = 0
/** A campaign that tells a test's own events from those of other tests. */
function newCampaign(): string {
  lastCampaign += 1
  return `campaign-${lastCampaign}`
}

const event = z.object({ name: z.string(), pathname: z.string(), props: z.record(z.string(), z.string()) })
/** What was stored of the visits of a campaign, in order. */
async function storedEvents(campaign: string): Promise<z.infer<typeof event>[]> {
  return await readRows(database, {
    sql: `SELECT name, pathname, props FROM events WHERE utm_campaign = {campaign:String} ORDER BY event_no`,
    params: { campaign },
    row: event,
  })
}
const brief = ({ name, pathname, props }: z.infer<typeof event>) =>
  [name, pathname, props['variant'] ?? props['goal']].filter(Boolean).join(' ')
const storedBriefly = async (campaign: string) => (await storedEvents(campaign)).map(brief)

let lastMarker = 0
/** Sends an event of the page's own and waits until it is stored: whatever was to be counted before is stored by then. */
async function storedUntilNow(page: Page, campaign: string): Promise<string[]> {
  lastMarker += 1
  const marker = `marker-${lastMarker}`
  await page.waitForFunction(() => window.revtrail !== undefined && 'visitId' in window.revtrail)
  await page.evaluate((name) => window.revtrail?.(name), marker)
  await expect.poll(async () => (await storedEvents(campaign)).at(-1)?.name, eventually).toBe(marker)
  return (await storedBriefly(campaign)).filter((each) => !each.startsWith('marker'))
}

const heading = (page: Page) => page.locator('h1')
const nothingStored = { local: 0, session: 0, databases: 0, cookie: '', window: '' }
const whatIsStored = (page: Page) =>
  page.evaluate(async () => ({
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    cookie: document.cookie,
    window: window.name,
  }))

describe('a redirect test', () => {
  beforeEach(() => {
    shop.pages.set('/', (response) =>
      response.end(
        '<!doctype html><html lang="en"><meta name="referrer" content="origin"><title>Mail</title>',
      ),
    )
    shop.pages.set('/pricing-b', (response) => response.end(colouredPage('variant')))
  })

  test('leads to the variant without a flash of the original, and counts one page view', async () => {
    const campaign = newCampaign()
    const page = await visitor('1b')
    await page.goto('http://mail.example/')
    const frames = await watchFrames(page)
    await page.evaluate(
      (address) => location.assign(address),
      `${origin}/pricing?utm_campaign=${campaign}&flag&x=%2B+1#plans`,
    )
    await page.waitForURL(`${origin}/pricing-b?layout=b&utm_campaign=${campaign}&flag&x=%2B+1#plans`)
    await expect.poll(() => heading(page).textContent(), eventually).toBe('variant')
    expect(await storedUntilNow(page, campaign)).toEqual([
      'exposure /pricing b',
      'exposure /pricing-b b',
      'pageview /pricing-b',
    ])
    const colours = await frames.colours()
    expect(colours).toContain('green')
    expect(colours).not.toContain('red')
    expect(await whatIsStored(page)).toEqual(nothingStored)
    // The page that was left is not in the history.
    await page.goBack()
    expect(page.url()).toBe('http://mail.example/')
  })

  test('lets the original referrer keep the credit', async () => {
    const campaign = newCampaign()
    const page = await visitor('1b')
    await page.goto('http://mail.example/')
    await page.evaluate((address) => location.assign(address), `${origin}/pricing?utm_campaign=${campaign}`)
    await page.waitForURL(/pricing-b/)
    await storedUntilNow(page, campaign)
    const sent = await readRows(database, {
      sql: 'SELECT DISTINCT referrer, session_id FROM events WHERE utm_campaign = {campaign:String}',
      params: { campaign },
      row: z.object({ referrer: z.string() }),
    })
    expect(sent).toEqual([{ referrer: 'mail.example' }])
    const [landing] = shop.requests.filter((request) => request.startsWith('/pricing-b'))
    expect(landing).toContain(`revtrail_from=1~${encodeURIComponent('http://mail.example/')}`)
  })

  test('leaves the control where it is, told of in the same way', async () => {
    const campaign = newCampaign()
    const page = await visitor('1a')
    const frames = await watchFrames(page)
    await page.goto(`${origin}/pricing?utm_campaign=${campaign}`)
    expect(await storedUntilNow(page, campaign)).toEqual(['exposure /pricing a', 'pageview /pricing'])
    expect(await frames.colours()).toEqual(expect.not.arrayContaining(['green']))
    expect(shop.requests).toHaveLength(1)
  })

  test('does not count a visitor who opens the variant’s address', async () => {
    const campaign = newCampaign()
    const page = await visitor('1b')
    await page.goto(`${origin}/pricing-b?utm_campaign=${campaign}`)
    expect(await storedUntilNow(page, campaign)).toEqual(['pageview /pricing-b'])
  })

  test.each(['?', ''])('ends where the server leads back to the original (query kept: %j)', async (kept) => {
    shop.pages.set('/loop-b', (response, { search }) =>
      response.writeHead(302, { location: `/loop${kept && search}` }).end(),
    )
    const campaign = newCampaign()
    const page = await visitor('2b')
    await page.goto(`${origin}/loop?utm_campaign=${campaign}`)
    const counted = await storedUntilNow(page, campaign)
    expect(counted).toEqual(['exposure /loop b', 'pageview /loop'])
    expect(shop.requests.map((request) => request.split('?')[0])).toEqual(['/loop', '/loop-b', '/loop'])
    expect(await heading(page).isVisible()).toBe(true)
  })

  test('may lead to the same path with another query', async () => {
    const campaign = newCampaign()
    const page = await visitor('5b')
    await page.goto(`${origin}/same?utm_campaign=${campaign}`)
    await page.waitForURL(`${origin}/same?layout=b&utm_campaign=${campaign}`)
    expect(await storedUntilNow(page, campaign)).toEqual([
      'exposure /same b',
      'exposure /same b',
      'pageview /same',
    ])
  })

  test('works on a route of a single-page app', async () => {
    const campaign = newCampaign()
    const page = await visitor('1b')
    await page.goto(`${origin}/start?utm_campaign=${campaign}`)
    await storedUntilNow(page, campaign)
    await page.evaluate(() => history.pushState({}, '', '/pricing'))
    await page.waitForURL(`${origin}/pricing-b?layout=b`)
    expect((await storedUntilNow(page, campaign)).slice(1)).toEqual([
      'exposure /pricing b',
      'exposure /pricing-b b',
      'pageview /pricing-b',
    ])
  })

  test('writes its own parameter only once, where a router writes the address again', async () => {
    const campaign = newCampaign()
    shop.pages.set('/pricing-b', (response) =>
      response.end(
        colouredPage('variant', {
          head: `<script>const first = location.href</script>${loader}`,
          body: `<script>addEventListener('load', () => history.replaceState({}, '', first))</script>`,
        }),
      ),
    )
    const page = await visitor('1b')
    await page.goto(`${origin}/pricing?utm_campaign=${campaign}`)
    await page.waitForURL(/pricing-b/)
    const counted = await storedUntilNow(page, campaign)
    expect(counted.filter((each) => each.startsWith('pageview'))).toEqual(['pageview /pricing-b'])
    await expect.poll(() => page.url(), eventually).not.toContain('revtrail_from')
  })

  test.each([
    ['a visitor', agents.Chrome],
    ['a search engine', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
  ])('names the original to %s on the variant’s page', async (_, agent) => {
    const canonicals = (page: Page) =>
      page
        .locator('link[rel=canonical]')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href')))
    const page = await openBrowser(newAddress(), agent)
    await page.goto(`${origin}/pricing-b`)
    await expect.poll(() => canonicals(page), eventually).toEqual([`${origin}/pricing`])
    shop.pages.set('/pricing-b', (response) =>
      response.end(colouredPage('variant', { head: `${loader}<link rel="canonical" href="/pricing-b">` })),
    )
    await page.reload()
    await expect.poll(() => canonicals(page), eventually).toEqual([`${origin}/pricing`])
    await page.goto(`${origin}/other`)
    await page.waitForFunction(() => window.revtrail && 'visitId' in window.revtrail)
    expect(await canonicals(page)).toEqual([])
  })
})

describe('a test of page changes', () => {
  const body = '<a id="buy" href="/dear">Buy</a><p class="dear">Dear</p>'

  test('changes elements as they appear, without a flash of the original', async () => {
    const campaign = newCampaign()
    const html = colouredPage('original', { body })
    let finish = () => {}
    shop.pages.set('/landing', (response) => {
      const [start = '', rest = ''] = html.split('<h1')
      response.write(start)
      // The heading comes long after the script, and its text in two parts.
      finish = () => {
        response.write('<h1 class="original">ori')
        setTimeout(() => response.end(rest.replace(' class="original">ori', '')), 50)
      }
    })
    const page = await visitor('3b')
    const frames = await watchFrames(page)
    const script = page.waitForEvent('requestfinished', (request) => request.url().includes('/js/script.js'))
    await page.goto(`${origin}/landing?utm_campaign=${campaign}`, { waitUntil: 'commit' })
    await script
    finish()
    await page.waitForLoadState()
    expect(await heading(page).textContent()).toBe('Cheaper')
    expect(await heading(page).getAttribute('class')).toBe('variant')
    expect(await page.locator('#buy').getAttribute('href')).toBe('/cheaper')
    expect(await page.locator('.dear').isVisible()).toBe(false)
    await page.evaluate(() =>
      document.body.append(Object.assign(document.createElement('p'), { className: 'dear' })),
    )
    expect(await page.locator('.dear:visible').count()).toBe(0)
    expect(await storedUntilNow(page, campaign)).toEqual(['exposure /landing b', 'pageview /landing'])
    const colours = await frames.colours()
    expect(colours).toContain('green')
    expect(colours).not.toContain('red')
    expect(await whatIsStored(page)).toEqual(nothingStored)
  })

  test('hides a page that is there before the script, until it is changed', async () => {
    shop.pages.set('/landing', (response) => response.end(colouredPage('original', { body })))
    const page = await visitor('3b')
    const frames = await watchFrames(page)
    let arrive = () => {}
    const held = new Promise<void>((resolve) => {
      arrive = resolve
    })
    await page.route('**/js/script.js*', async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`${origin}/landing`, { waitUntil: 'commit' })
    await page.waitForFunction(() => document.readyState !== 'loading')
    arrive()
    await expect
      .poll(() => page.evaluate(() => getComputedStyle(document.documentElement).opacity), eventually)
      .toBe('1')
    expect(await heading(page).textContent()).toBe('Cheaper')
    expect(await frames.colours()).toEqual(expect.not.arrayContaining(['red']))
  })

  test('shows the original after a second without the script, and is then no part of the test', async () => {
    const campaign = newCampaign()
    shop.pages.set('/landing', (response) => response.end(colouredPage('original', { body })))
    const page = await visitor('3b')
    const frames = await watchFrames(page)
    let arrive = () => {}
    const held = new Promise<void>((resolve) => {
      arrive = resolve
    })
    await page.route('**/js/script.js*', async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`${origin}/landing?utm_campaign=${campaign}`, { waitUntil: 'commit' })
    const opacity = () => page.evaluate(() => getComputedStyle(document.documentElement).opacity)
    await expect.poll(opacity, eventually).toBe('1')
    expect(await page.evaluate(() => window.revtrail?.veil?.playState)).toBe('finished')
    expect(await page.evaluate(() => window.revtrail?.veil?.effect?.getTiming().duration)).toBe(1_000)
    arrive()
    expect(await storedUntilNow(page, campaign)).toEqual(['pageview /landing'])
    expect(await heading(page).textContent()).toBe('original')
    const colours = await frames.colours()
    expect(colours).toContain('red')
    expect(colours).not.toContain('green')
  })

  test('shows the original at once where the collector cannot be reached', async () => {
    shop.pages.set('/landing', (response) => response.end(colouredPage('original', { body })))
    const page = await visitor('3b')
    await page.route('**/js/script.js*', (route) => route.abort())
    await page.goto(`${origin}/landing`)
    await expect.poll(() => page.evaluate(() => window.revtrail?.veil?.playState), eventually).toBe('idle')
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).opacity)).toBe('1')
  })

  test('flashes without the loader: what the frames show is what a visitor sees', async () => {
    shop.pages.set('/landing', (response) =>
      response.end(colouredPage('original', { head: plainSnippet, body })),
    )
    const page = await visitor('3b')
    const frames = await watchFrames(page)
    let arrive = () => {}
    const held = new Promise<void>((resolve) => {
      arrive = resolve
    })
    await page.route('**/js/script.js*', async (route) => {
      await held
      await route.continue()
    })
    await page.goto(`${origin}/landing`, { waitUntil: 'commit' })
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
    arrive()
    await expect.poll(() => heading(page).textContent(), eventually).toBe('Cheaper')
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    )
    expect(await frames.colours()).toEqual(expect.arrayContaining(['red', 'green']))
  })

  test('follows the routes of a single-page app', async () => {
    const campaign = newCampaign()
    shop.pages.set('/start', (response) => response.end(colouredPage('original', { body })))
    const page = await visitor('3b')
    await page.goto(`${origin}/start?utm_campaign=${campaign}`)
    await storedUntilNow(page, campaign)
    const look = () =>
      page.evaluate(() => {
        const dear = document.querySelector('.dear')
        return [
          document.querySelector('h1')?.textContent,
          document.querySelector('h1')?.className,
          document.querySelector('#buy')?.getAttribute('href'),
          dear && getComputedStyle(dear).display,
        ]
      })
    const original = ['original', 'original', '/dear', 'block']
    const changed = ['Cheaper', 'variant', '/cheaper', 'none']
    expect(await look()).toEqual(original)
    await page.evaluate(() => history.pushState({}, '', '/landing'))
    expect(await look()).toEqual(changed)
    // A framework that renders its own text again does not win.
    await page.evaluate(() => document.querySelector('h1')?.replaceChildren('original'))
    expect(await look()).toEqual(changed)
    await page.evaluate(() => history.pushState({}, '', '/start'))
    expect(await look()).toEqual(original)
    await page.goBack()
    expect(await look()).toEqual(changed)
    // Nor is what it renders for another route taken back.
    await page.evaluate(() => {
      history.pushState({}, '', '/other')
      document.querySelector('h1')?.replaceChildren('Another page')
    })
    expect((await look())[0]).toBe('Another page')
    expect((await storedUntilNow(page, campaign)).slice(1)).toEqual([
      'exposure /landing b',
      'pageview /landing',
      'pageview /start',
      'pageview /landing',
      'pageview /other',
    ])
  })

  test('works under a strict content security policy that names the loader', async () => {
    const campaign = newCampaign()
    const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${loaderHash} http://collector.example; connect-src http://collector.example`
    shop.pages.set('/landing', (response) =>
      response.setHeader('content-security-policy', policy).end(colouredPage('original', { body })),
    )
    const page = await visitor('3b')
    const refusals: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') refusals.push(message.text())
    })
    await page.goto(`${origin}/landing?utm_campaign=${campaign}`)
    expect(await storedUntilNow(page, campaign)).toEqual(['exposure /landing b', 'pageview /landing'])
    expect(await heading(page).textContent()).toBe('Cheaper')
    expect(refusals).toEqual([])
  })

  test('stays the same for a visitor’s day, in another window and after a reload', async () => {
    shop.pages.set('/landing', (response) => response.end(colouredPage('original', { body })))
    const address = await addressWith('3b')
    for (let window = 0; window < 2; window++) {
      const page = await openBrowser(address)
      await page.goto(`${origin}/landing`)
      await expect.poll(() => heading(page).textContent(), eventually).toBe('Cheaper')
      await page.reload()
      await expect.poll(() => heading(page).textContent(), eventually).toBe('Cheaper')
    }
  })
})

describe('a preview', () => {
  const linkTo = (experiment_id: number, path: string, campaign: string) =>
    `${origin}${path}?utm_campaign=${campaign}&revtrail_preview=${makePreviewToken({ experiment_id, variant: 'b' }, referenceKey)}`

  test.each([
    ['the loader', loader],
    ['the plain snippet', plainSnippet],
  ])('shows the variant of a draft without counting, with %s', async (_, head) => {
    shop.pages.set('/draft', (response) => response.end(colouredPage('original', { head })))
    const campaign = newCampaign()
    const page = await openBrowser(newAddress())
    const posts: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') posts.push(request.url())
    })
    await page.goto(linkTo(8, '/draft', campaign))
    await expect.poll(() => heading(page).getAttribute('class'), eventually).toBe('variant')
    const outcome = () =>
      page.evaluate(() => new Promise((callback) => window.revtrail?.('Signup', { callback })))
    expect(await outcome()).toEqual({ status: 0 })
    await page.evaluate(() => history.pushState({}, '', '/elsewhere'))
    expect(posts).toEqual([])
    // The next page is an ordinary one.
    await page.goto(`${origin}/draft?utm_campaign=${campaign}`)
    expect(await storedUntilNow(page, campaign)).toEqual(['pageview /draft'])
    expect(await heading(page).getAttribute('class')).toBe('original')
  })

  test('of a redirect ends on the variant’s page', async () => {
    shop.pages.set('/moved-b', (response) => response.end(colouredPage('variant')))
    const page = await openBrowser(newAddress())
    const posts: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') posts.push(request.url())
    })
    await page.goto(linkTo(9, '/moved', newCampaign()))
    await page.waitForURL(/\/moved-b\?utm_campaign=campaign-\d+&revtrail_preview=9\.b\.[\w-]{16}$/)
    await page.waitForFunction(() => window.revtrail && 'visitId' in window.revtrail)
    expect(posts).toEqual([])
  })

  test('without its signature is an ordinary page view', async () => {
    shop.pages.set('/draft', (response) => response.end(colouredPage('original')))
    const campaign = newCampaign()
    const page = await openBrowser(newAddress())
    await page.goto(`${origin}/draft?utm_campaign=${campaign}&revtrail_preview=8.b`)
    expect(await storedUntilNow(page, campaign)).toEqual(['pageview /draft'])
    expect(await heading(page).getAttribute('class')).toBe('original')
  })
})

test('goals in the page are told of, even as it is left', async () => {
  shop.pages.set('/goals', (response) =>
    response.end(
      colouredPage('original', {
        body: `<p class="hero"><a href="/next">To the next page</a></p>
<button data-revtrail-goal="watch"><span>Watch</span></button>
<form id="signup" action="/done"><input name="name" required><button>Sign up</button></form>
<form id="search" action="/found"><button>Search</button></form>`,
      }),
    ),
  )
  const campaign = newCampaign()
  const page = await openBrowser(newAddress())
  const open = async () => {
    await page.goto(`${origin}/goals?utm_campaign=${campaign}`)
    await page.waitForFunction(() => window.revtrail && 'visitId' in window.revtrail)
  }
  await open()
  await page.getByText('Watch').click()
  await page.getByText('To the next page').click()
  await page.waitForURL(`${origin}/next`)
  await open()
  // The form is not complete.
  await page.getByText('Sign up').click()
  await page.locator('input').fill('Ada')
  await page.getByText('Sign up').click()
  await page.waitForURL(`${origin}/done?name=Ada`)
  await open()
  await page.getByText('Search').click()
  await page.waitForURL(`${origin}/found?`)
  const counted = await storedUntilNow(page, campaign)
  expect(counted.filter((each) => each.startsWith('goal'))).toEqual([
    'goal /goals watch',
    'goal /goals id:4',
    'goal /goals id:5',
  ])
})

test('the script of a site with tests is kept by no one', async () => {
  const page = await openBrowser(newAddress())
  const scripts: Record<string, string>[] = []
  page.on('response', (response) => {
    if (response.url().includes('/js/script.js')) scripts.push(response.headers())
  })
  for (const path of ['/one', '/two']) {
    await page.goto(origin + path)
    await page.waitForFunction(() => window.revtrail && 'visitId' in window.revtrail)
  }
  expect(scripts.map((headers) => headers['cache-control'])).toEqual([
    'private, no-store',
    'private, no-store',
  ])
  expect(scripts.map((headers) => headers['set-cookie'])).toEqual([undefined, undefined])
})
