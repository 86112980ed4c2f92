/// <reference types="plausible-tracker" />
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import { queryResult } from '../contract/query.ts'
import {
  findPlot,
  openDatabase,
  owner,
  type Plot,
  type RunningInstallation,
  startWhole,
} from './installation-for-tests.ts'
import { launchBrowser } from './launch-browser.ts'
import { type OutsideWorld, startOutsideWorld } from './outside-world.ts'
import { prepareVisitors } from './shop-visitor.ts'

const domain = 'shop.example'
const eventually = { timeout: 20_000, interval: 200 }

let world: OutsideWorld
let plot: Plot
let installation: RunningInstallation
let browser: Browser
let page: Page

/** The npm package as it is, set up as its README says. */
async function bundleTracker(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import Plausible from 'plausible-tracker'
        const { enableAutoPageviews, enableAutoOutboundTracking, trackEvent } = Plausible({
          domain: '${domain}',
          apiHost: '${plot.urls.collector}',
        })
        window.plausible = trackEvent
        enableAutoPageviews()
        addEventListener('DOMContentLoaded', () => enableAutoOutboundTracking())`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: 'iife',
  })
  return outputFiles[0]?.text ?? ''
}

beforeAll(async () => {
  world = await startOutsideWorld()
  plot = await findPlot({
    ADMIN_EMAIL: owner.email,
    ADMIN_PASSWORD: owner.password,
    STRIPE_API_BASE: world.double.url,
    ALLOW_STRIPE_DOUBLE: '1',
    TRUSTED_PROXIES: '127.0.0.1',
  })
  installation = await startWhole(plot)
  await installation.signIn()
  await installation.ask('POST', '/api/sites', { domain, timezone: 'UTC', currency: 'usd' })
  world.shop.snippet = `<script>${await bundleTracker()}</script>`
  browser = await launchBrowser(world.hosts)
  const visitors = await prepareVisitors(browser, world)
  page = await visitors.open({ agent: 'Firefox', country: 'US' })
})
afterAll(async () => {
  await browser?.close()
  await installation?.stop()
  await world?.close()
  await plot?.remove()
})

/** A report of today as `dimension value: metric`. */
async function report(metric: string, dimension: string): Promise<Record<string, unknown>> {
  const answer = await installation.ask('POST', '/api/v2/query', {
    site_id: domain,
    metrics: [metric],
    dimensions: [dimension],
    date_range: '7d',
  })
  const { results } = queryResult.parse(answer)
  return Object.fromEntries(results.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]]))
}

/** Does something and waits until the tracker's event is acknowledged. */
async function acknowledged(act: () => Promise<unknown>): Promise<void> {
  const [answer] = await Promise.all([page.waitForResponse('**/api/event'), act()])
  expect([answer.status(), answer.headers()['x-revtrail-dropped']]).toEqual([202, undefined])
}

test('an unmodified plausible-tracker records pageviews, the ones of a router included', async () => {
  // The collector learns of a new site within 2 s.
  await expect
    .poll(async () => {
      const body = JSON.stringify({ n: 'probe', u: `http://${domain}/`, d: domain, webdriver: true })
      const sent = await fetch(`${plot.urls.collector}/api/event`, { method: 'POST', body })
      return sent.headers.get('x-revtrail-dropped')
    }, eventually)
    .toBe('bot')
  await page.goto('http://mail.example/')
  await acknowledged(() => page.getByRole('link').click())
  await acknowledged(() => page.evaluate(() => history.pushState({}, '', '/templates?size=2')))
  await acknowledged(() => page.evaluate(() => history.pushState({}, '', '/pricing')))
  await acknowledged(() => page.evaluate(() => history.back()))
  await expect
    .poll(() => report('pageviews', 'event:page'), eventually)
    .toEqual({ '/': 1, '/templates': 2, '/pricing': 1 })
  expect(await report('visits', 'visit:source')).toEqual({ Newsletter: 1 })
  expect(await report('visitors', 'visit:browser')).toEqual({ Firefox: 1 })
})

test('its goals with their props, and its outbound links', async () => {
  await acknowledged(() =>
    page.evaluate(
      () =>
        new Promise<void>((callback) =>
          window.plausible('Signup', { props: { plan: 'pro', seats: 3, yearly: true }, callback }),
        ),
    ),
  )
  await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<a href="http://mail.example/">Inbox</a>')
  })
  await acknowledged(() => page.getByRole('link', { name: 'Inbox' }).click())
  await expect
    .poll(() => report('events', 'event:name'), eventually)
    .toEqual({ pageview: 4, Signup: 1, 'Outbound Link: Click': 1 })
  const database = openDatabase(plot)
  const goals = await readRows(database, {
    sql: `SELECT name, props FROM events WHERE name != 'pageview' ORDER BY event_no`,
    row: z.object({ name: z.string(), props: z.record(z.string(), z.string()) }),
  })
  await database.close()
  expect(goals).toEqual([
    { name: 'Signup', props: { plan: 'pro', seats: '3', yearly: 'true' } },
    { name: 'Outbound Link: Click', props: { url: 'http://mail.example/' } },
  ])
})

test('and the payment of a buyer who comes back with stripe_session_id', async () => {
  await installation.ask('PUT', `/api/sites/${domain}/revenue`, {
    provider: 'stripe',
    method: 'payment_links',
    secret_key: world.double.accounts[0]?.keys.test.restricted,
  })
  const { id } = world.double.createCheckoutSession({ amount: 1_990 })
  world.double.pay(id)
  await acknowledged(() => page.goto(`http://${domain}/thanks?stripe_session_id=${id}`))
  await expect
    .poll(() => report('revenue', 'visit:source'), eventually)
    .toEqual({ Newsletter: { amount: 1_990, currency: 'usd', value: 19.9 } })
  expect(Object.keys(await report('pageviews', 'event:page'))).toContain('/thanks')
})
