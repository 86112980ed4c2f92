import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { apiKeyCreated } from '../contract/account.ts'
import {
  type Browser,
  owner,
  refusalOf,
  startTestDashboard,
  type TestDashboard,
} from './dashboard-for-tests.ts'

let dashboard: TestDashboard
beforeAll(async () => {
  dashboard = await startTestDashboard()
})
afterAll(() => dashboard.close())

const viewer = { email: 'viewer@shop.example', password: owner.password }

/** Writes a viewer with the owner's password: members are made by a later part of the product. */
async function addViewer(): Promise<void> {
  await dashboard.database.writer.command({
    query: `INSERT INTO users SELECT 4242, {email:String}, password_hash, 'viewer', created_at, deleted, version
            FROM users FINAL WHERE role = 'owner'`,
    query_params: { email: viewer.email },
  })
  dashboard.clock.ms += 1_000
}

const openApi = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ 'x-access': z.string() }))),
})

/** Who may call what. A route that is missing here fails the test, and so does one that lets another in. */
const table: Record<string, { anonymous: boolean; viewer: boolean; read: boolean; manage: boolean }> = {
  'get /api/me': { anonymous: true, viewer: true, read: true, manage: true },
  'post /api/setup': { anonymous: true, viewer: true, read: true, manage: true },
  'post /api/login': { anonymous: true, viewer: true, read: true, manage: true },
  'post /api/logout': { anonymous: false, viewer: true, read: false, manage: false },
  'get /api/logins': { anonymous: false, viewer: true, read: false, manage: false },
  'delete /api/logins/{id}': { anonymous: false, viewer: true, read: false, manage: false },
  'get /api/keys': { anonymous: false, viewer: false, read: false, manage: false },
  'post /api/keys': { anonymous: false, viewer: false, read: false, manage: false },
  'delete /api/keys/{id}': { anonymous: false, viewer: false, read: false, manage: false },
  'get /api/sites': { anonymous: false, viewer: true, read: true, manage: true },
  'post /api/sites': { anonymous: false, viewer: false, read: false, manage: true },
  'get /api/sites/{domain}': { anonymous: false, viewer: true, read: true, manage: true },
  'patch /api/sites/{domain}': { anonymous: false, viewer: false, read: false, manage: true },
  'delete /api/sites/{domain}': { anonymous: false, viewer: false, read: false, manage: true },
  'get /api/sites/{domain}/live': { anonymous: false, viewer: true, read: true, manage: true },
  'get /api/sites/{domain}/revenue': { anonymous: false, viewer: true, read: true, manage: true },
  'put /api/sites/{domain}/revenue': { anonymous: false, viewer: false, read: false, manage: true },
  'delete /api/sites/{domain}/revenue': { anonymous: false, viewer: false, read: false, manage: true },
  'get /api/sites/{domain}/claims': { anonymous: false, viewer: true, read: true, manage: true },
  'get /api/sites/{domain}/payments': { anonymous: false, viewer: true, read: true, manage: true },
  'get /api/sites/{domain}/goals': { anonymous: false, viewer: true, read: true, manage: true },
  'post /api/sites/{domain}/goals': { anonymous: false, viewer: false, read: false, manage: true },
  'patch /api/sites/{domain}/goals/{id}': { anonymous: false, viewer: false, read: false, manage: true },
  'delete /api/sites/{domain}/goals/{id}': { anonymous: false, viewer: false, read: false, manage: true },
  'get /api/sites/{domain}/goals/results': { anonymous: false, viewer: true, read: true, manage: true },
  'get /api/sites/{domain}/experiments': { anonymous: false, viewer: true, read: true, manage: true },
  'post /api/sites/{domain}/experiments': { anonymous: false, viewer: false, read: false, manage: true },
  'get /api/sites/{domain}/experiments/{id}': { anonymous: false, viewer: true, read: true, manage: true },
  'patch /api/sites/{domain}/experiments/{id}': {
    anonymous: false,
    viewer: false,
    read: false,
    manage: true,
  },
  'delete /api/sites/{domain}/experiments/{id}': {
    anonymous: false,
    viewer: false,
    read: false,
    manage: true,
  },
  'post /api/sites/{domain}/experiments/{id}/start': {
    anonymous: false,
    viewer: false,
    read: false,
    manage: true,
  },
  'post /api/sites/{domain}/experiments/{id}/pause': {
    anonymous: false,
    viewer: false,
    read: false,
    manage: true,
  },
  'post /api/sites/{domain}/experiments/{id}/stop': {
    anonymous: false,
    viewer: false,
    read: false,
    manage: true,
  },
  'post /api/sites/{domain}/experiments/{id}/archive': {
    anonymous: false,
    viewer: false,
    read: false,
    manage: true,
  },
  'get /api/sites/{domain}/experiments/{id}/results': {
    anonymous: false,
    viewer: true,
    read: true,
    manage: true,
  },
  'get /api/sites/{domain}/experiments/{id}/breakdowns': {
    anonymous: false,
    viewer: true,
    read: true,
    manage: true,
  },
  'get /api/sites/{domain}/experiments/{id}/preview': {
    anonymous: false,
    viewer: true,
    read: true,
    manage: true,
  },
  'post /api/calculators': { anonymous: false, viewer: true, read: true, manage: true },
  'get /api/sites/{domain}/calculators/prefill': { anonymous: false, viewer: true, read: true, manage: true },
  'post /api/v2/query': { anonymous: false, viewer: true, read: true, manage: true },
}

async function makeKey(by: Browser, scope: 'read' | 'manage') {
  return apiKeyCreated.parse((await by.send('POST', '/api/keys', { name: `a ${scope} key`, scope })).body)
}

// A body that no route takes: who passes the door is told that it is invalid, or that the site does not exist.
async function isLetIn(browser: Browser, route: string, headers: Record<string, string>): Promise<boolean> {
  const [method = '', path = ''] = route.split(' ')
  const address = path.replace('{domain}', 'nowhere.example').replace('{id}', '1')
  const body = method === 'get' || method === 'delete' ? undefined : { nonsense: true }
  const { status, text } = await browser.send(method.toUpperCase(), address, body, headers)
  expect([200, 400, 401, 403, 404, 409, 422], `${route}: ${text}`).toContain(status)
  return status !== 401 && status !== 403
}

describe('every route with every role', () => {
  test('the table names every route of the document, and no other answers under /api', async () => {
    const reply = await dashboard.browser().send('GET', '/api/openapi.json')
    const routes = Object.entries(openApi.parse(reply.body).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(routes.sort()).toEqual(Object.keys(table).sort())
    const unknown = await dashboard.browser().send('GET', '/api/nothing')
    expect([unknown.status, refusalOf(unknown).error]).toEqual([404, 'not_found'])
  })

  test('each role gets in where the table says, and nowhere else', async () => {
    await addViewer()
    const ownerBrowser = await dashboard.owner()
    const read = await makeKey(ownerBrowser, 'read')
    const manage = await makeKey(ownerBrowser, 'manage')
    const got: typeof table = {}
    for (const route of Object.keys(table)) {
      const viewerBrowser = dashboard.browser()
      expect((await viewerBrowser.send('POST', '/api/login', viewer)).status).toBe(200)
      got[route] = {
        anonymous: await isLetIn(dashboard.browser(), route, {}),
        viewer: await isLetIn(viewerBrowser, route, {}),
        read: await isLetIn(dashboard.browser(), route, { authorization: `Bearer ${read.key}` }),
        manage: await isLetIn(dashboard.browser(), route, { authorization: `Bearer ${manage.key}` }),
      }
      const boss = await dashboard.owner()
      expect(await isLetIn(boss, route, {}), `owner: ${route}`).toBe(true)
    }
    expect(got).toEqual(table)
  })

  test('a key of a viewer does not manage, whatever its scope', async () => {
    const ownerBrowser = await dashboard.owner()
    const key = await makeKey(ownerBrowser, 'manage')
    await dashboard.database.writer.command({
      query: `INSERT INTO api_keys SELECT key_id, 4242, name, key_hash, key_hint, scope, created_at, deleted, version + 1
              FROM api_keys FINAL WHERE key_id = {id:UInt64}`,
      query_params: { id: key.id },
    })
    dashboard.clock.ms += 1_000
    const headers = { authorization: `Bearer ${key.key}` }
    expect(await isLetIn(dashboard.browser(), 'post /api/sites', headers)).toBe(false)
    expect(await isLetIn(dashboard.browser(), 'get /api/sites', headers)).toBe(true)
  })
})

describe('API keys', () => {
  test('a key is shown once, stored as a hash, listed by its end, and dies when revoked', async () => {
    const browser = await dashboard.owner()
    const created = await makeKey(browser, 'read')
    expect(created.key).toMatch(/^rvt_[\w-]{43}$/)
    const headers = { authorization: `Bearer ${created.key}` }
    const program = dashboard.browser()
    expect((await program.send('GET', '/api/sites', undefined, headers)).status).toBe(200)
    const list = await browser.send('GET', '/api/keys')
    expect(list.text).toContain(created.key_hint)
    expect(list.text).not.toContain(created.key)
    const stored = await dashboard.database.writer.query({ query: 'SELECT * FROM api_keys', format: 'JSON' })
    expect(await stored.text()).not.toContain(created.key.slice(4))
    expect((await browser.send('DELETE', `/api/keys/${created.id}`)).status).toBe(200)
    expect((await program.send('GET', '/api/sites', undefined, headers)).status).toBe(401)
    expect((await browser.send('DELETE', `/api/keys/${created.id}`)).status).toBe(404)
  })

  test.each(['Bearer rvt_wrong', 'Bearer', 'Basic b3duZXI6cGFzcw==', 'Bearer a b'])(
    'the header "%s" is refused even beside a good login',
    async (authorization) => {
      const browser = await dashboard.owner()
      const reply = await browser.send('GET', '/api/sites', undefined, { authorization })
      expect([reply.status, refusalOf(reply).error]).toEqual([401, 'unauthenticated'])
    },
  )
})

describe('requests from elsewhere', () => {
  const site = { domain: 'csrf.example', timezone: 'UTC', currency: 'usd' }
  const host = () => new URL(dashboard.origin).host

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['another host of the same site', { 'sec-fetch-site': 'same-site' }, 403],
    ['another site that claims our origin', { 'sec-fetch-site': 'cross-site', origin: 'OWN' }, 403],
    ['an old browser on another site', { 'sec-fetch-site': '', origin: 'https://evil.example' }, 403],
    ['a page without an origin', { 'sec-fetch-site': '', origin: 'null' }, 403],
    ['a program without any sign', { 'sec-fetch-site': '' }, 403],
    ['an old browser on this page', { 'sec-fetch-site': '', origin: 'OWN' }, 200],
    ['the address bar', { 'sec-fetch-site': 'none' }, 200],
    ['this page', { 'sec-fetch-site': 'same-origin' }, 200],
  ])('%s', async (_, headers, status) => {
    const browser = await dashboard.owner()
    const real = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value === 'OWN' ? `http://${host()}` : value]),
    )
    const reply = await browser.send('POST', '/api/sites', site, real)
    expect(reply.status).toBe(status)
    if (status === 403) expect(refusalOf(reply).error).toBe('cross_site')
    else expect((await browser.send('DELETE', `/api/sites/${site.domain}`)).status).toBe(200)
  })

  test('an API key needs no origin', async () => {
    const { key } = await makeKey(await dashboard.owner(), 'manage')
    const headers = { 'sec-fetch-site': '', authorization: `Bearer ${key}` }
    expect((await dashboard.browser().send('POST', '/api/sites', site, headers)).status).toBe(200)
    expect(
      (await dashboard.browser().send('DELETE', `/api/sites/${site.domain}`, undefined, headers)).status,
    ).toBe(200)
  })

  test.each([
    ['a form', 'domain=a', { 'content-type': 'application/x-www-form-urlencoded' }, 400, 'invalid'],
    ['text', JSON.stringify(site), { 'content-type': 'text/plain' }, 400, 'invalid'],
    ['broken JSON', '{"domain":', {}, 400, 'invalid'],
    ['a list', '[]', {}, 400, 'invalid'],
    ['a large body', JSON.stringify({ ...site, more: 'x'.repeat(70_000) }), {}, 413, 'too_large'],
  ])('%s is refused and changes nothing', async (_, body, headers, status, error) => {
    const browser = await dashboard.owner()
    const reply = await browser.send('POST', '/api/sites', body, headers)
    expect([reply.status, refusalOf(reply).error]).toEqual([status, error])
    expect((await browser.send('GET', '/api/sites')).text).not.toContain('csrf.example')
  })
})

test('a configured address is the only origin', async () => {
  const https = await startTestDashboard({ DASHBOARD_URL: 'https://stats.shop.example' })
  try {
    const login = async (origin: string) =>
      (await https.browser().send('POST', '/api/login', owner, { 'sec-fetch-site': '', origin })).status
    expect(await login('https://stats.shop.example')).toBe(200)
    expect(await login('http://stats.shop.example')).toBe(403)
    expect(await login(https.origin)).toBe(403)
  } finally {
    await https.close()
  }
})
