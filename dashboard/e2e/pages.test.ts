import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { claimPage } from '../contract/revenue.ts'
import { hostileAgent, hostileEvents, hostileTexts } from './hostile-visits.ts'
import { listenTo } from './inspect-page.ts'
import { findPlot, owner, type Plot, type RunningInstallation, startWhole } from './installation-for-tests.ts'
import { launchBrowser } from './launch-browser.ts'
import { type OutsideWorld, startOutsideWorld } from './outside-world.ts'
import { agents } from './shop-visitor.ts'

const domain = 'shop.example'
const eventually = { timeout: 30_000, interval: 250 }

const looks: [string, BrowserContextOptions][] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['on a phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
]

let world: OutsideWorld
let plot: Plot
let installation: RunningInstallation
let browser: Browser

beforeAll(async () => {
  world = await startOutsideWorld()
  plot = await findPlot({
    STRIPE_API_BASE: world.double.url,
    ALLOW_STRIPE_DOUBLE: '1',
    STRIPE_RATE_TEST: '50',
    TRUSTED_PROXIES: '127.0.0.1',
    SUPPORT_CONTACT: 'help@shop.example',
  })
  installation = await startWhole(plot)
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  await installation?.stop()
  await world?.close()
  await plot?.remove()
})

async function openPage(look: BrowserContextOptions) {
  const context = await browser.newContext({ baseURL: plot.urls.dashboard, locale: 'en-US', ...look })
  const page = await context.newPage()
  const { settle, inspect } = listenTo(page, plot.urls.dashboard)
  const visit = async (path: string) => {
    await page.goto(path)
    return await inspect()
  }
  return { context, page, visit, settle }
}

async function signIn(page: Page): Promise<void> {
  await page.goto('/login')
  await page.getByLabel('E-mail').fill(owner.email)
  await page.getByLabel('Password').fill(owner.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.waitForURL('**/sites')
}

/** Faults of several pages, one after the other. */
async function visitAll(visit: (path: string) => Promise<string[]>, paths: readonly string[]) {
  const faults: string[] = []
  for (const path of paths) faults.push(...(await visit(path)))
  return faults
}

const setupToken = () => /setup\?token=([\w-]+)/.exec(installation.printed())?.[1] ?? ''

const { script, image, address, template } = hostileTexts
/** Where in a site's pages what a stranger wrote must stand, letter by letter. Browsers encode it in a path. */
const shownText: [path: string, ...texts: string[]][] = [
  ['?from=visit:source&pages=event:page&tech=visit:browser', script, address, image],
  ['?from=visit:referrer&pages=visit:entry_page', 'evil.example/%22%3E%3Cimg', '%3Cscript%3E'],
  ['?from=visit:utm_campaign', address],
  ['?from=visit:utm_content', template],
  ['?all=visit:utm_medium', image],
  [`?f=is,visit:source,${encodeURIComponent(script)}`, script],
  [`?f=contains,event:page,${encodeURIComponent(image)}`, image],
  ['/settings/revenue', script],
  ['/settings/api-keys', image],
]

describe('before there is an owner', () => {
  test.each(looks)('the setup has no fault, %s', async (_name, look) => {
    await expect.poll(setupToken).not.toBe('')
    const { context, visit } = await openPage(look)
    expect(await visitAll(visit, ['/', '/setup', `/setup?token=${setupToken()}`])).toEqual([])
    await context.close()
  })
})

describe('with an owner, sites, visits and payments', () => {
  beforeAll(async () => {
    await installation.ask('POST', '/api/setup', { token: setupToken(), ...owner })
    await installation.signIn()
    for (const each of [domain, 'quiet.example'])
      await installation.ask('POST', '/api/sites', { domain: each, timezone: 'UTC', currency: 'usd' })
    await installation.ask('PUT', `/api/sites/${domain}/revenue`, {
      provider: 'stripe',
      method: 'payment_links',
      secret_key: world.double.accounts[0]?.keys.test.restricted,
    })
    await installation.ask('POST', '/api/keys', { name: hostileTexts.image, scope: 'read' })
    await sendVisits()
  })

  test.each(looks)('no page has a fault, %s', async (_name, look) => {
    const { context, page, visit } = await openPage(look)
    expect(await visitAll(visit, ['/login', `/sites/${domain}`])).toEqual([])
    await signIn(page)
    const paths = [
      '/sites',
      '/sites/new',
      '/sites/quiet.example',
      `/sites/${domain}`,
      `/sites/${domain}?all=visit:source`,
      `/sites/${domain}?range=day&compare=none&f=is,visit:device,Desktop`,
      `/sites/${domain}/install`,
      `/sites/${domain}/settings/general`,
      `/sites/${domain}/settings/tracking`,
      `/sites/${domain}/settings/revenue`,
      '/sites/quiet.example/settings/revenue',
      `/sites/${domain}/settings/api-keys`,
      '/nowhere',
    ]
    expect(await visitAll(visit, paths)).toEqual([])
    await context.close()
  })

  test('what a stranger wrote into a visit is shown as text and runs nothing', async () => {
    const { context, page, settle } = await openPage({})
    await signIn(page)
    for (const [path, ...texts] of shownText) {
      await page.goto(`/sites/${domain}${path}`)
      expect({ path, faults: await settle() }).toEqual({ path, faults: [] })
      for (const text of texts) await page.getByText(text).first().waitFor()
      const found = await page.evaluate(() => ({
        hacked: 'hacked' in window,
        links: [...document.querySelectorAll('a')].filter(({ protocol }) => !/^https?:$/.test(protocol))
          .length,
        planted: document.querySelectorAll('img, svg[onload], body script').length,
      }))
      expect({ path, ...found }).toEqual({ path, hacked: false, links: 0, planted: 0 })
    }
    await context.close()
  })
})

/** Sends hostile and plain visits; some of the visitors come back from paying, in several ways. */
async function sendVisits(): Promise<void> {
  const { double } = world
  const send = async (event: object, userAgent: string) => {
    const response = await fetch(`${plot.urls.collector}/api/event`, {
      method: 'POST',
      headers: { 'user-agent': userAgent, 'x-forwarded-for': '198.51.100.7' },
      body: JSON.stringify({ d: domain, ...event }),
    })
    await response.text()
    return response.headers.get('x-revtrail-dropped')
  }
  // The collector learns of a new site within 2 s.
  const first = { n: 'pageview', u: `http://${domain}/`, r: 'https://www.google.com/' }
  await vi.waitFor(async () => expect(await send(first, agents.Safari)).toBe(null), eventually)
  for (const event of hostileEvents) expect(await send(event, agents.Chrome)).toBe(null)
  expect(await send({ n: 'pageview', u: `http://${domain}/`, r: '' }, hostileAgent)).toBe(null)
  expect(await send(first, 'curl/8.5.0')).toBe('bot')

  const sessions = [1, 2, 3].map(() => double.createCheckoutSession({ amount: 2_900 }).id)
  const [paid = '', delayed = ''] = sessions
  double.pay(paid)
  double.pay(delayed, { method: 'bank_debit' })
  const unknown = ['cs_test_a1B2c3D4e5F6g7H8', 'cs_live_a1B2c3D4e5F6g7H8']
  for (const id of [...sessions, ...unknown, '{CHECKOUT_SESSION_ID}'])
    await send({ n: 'pageview', u: `http://${domain}/thanks?stripe_session_id=${id}` }, agents.Chrome)
  await vi.waitFor(async () => {
    const { claims } = claimPage.parse(await installation.ask('GET', `/api/sites/${domain}/claims`))
    const states = ['not_found', 'paid', 'pending', 'unpaid', 'wrong_mode']
    expect(claims.map(({ state }) => state).sort()).toEqual(states)
  }, eventually)
}
