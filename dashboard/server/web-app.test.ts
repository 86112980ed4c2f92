import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestDashboard, type TestDashboard } from './dashboard-for-tests.ts'

let dashboard: TestDashboard
const folder = mkdtempSync(join(tmpdir(), 'revtrail-web-'))
const page = '<!doctype html><title>Revtrail</title><div id="app"></div>'

beforeAll(async () => {
  dashboard = await startTestDashboard({}, folder)
})
afterAll(async () => {
  await dashboard.close()
  rmSync(folder, { recursive: true, force: true })
})

const get = (path: string, headers: Record<string, string> = {}) =>
  dashboard.browser().send('GET', path, undefined, headers)

test('before the build a page says what to do', async () => {
  const reply = await get('/')
  expect(reply.status).toBe(503)
  expect(reply.text).toContain('npm run build:web')
  expect(reply.headers.get('cache-control')).toBe('no-store')
})

test('after it the app is there, without a restart', async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), page)
  writeFileSync(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  writeFileSync(join(folder, 'assets/index-a1b2c3d4.js'), `console.log(${JSON.stringify('x'.repeat(5000))})`)
  for (const path of ['/', '/login', '/sites/shop.example', '/sites/localhost%3A3000/settings/revenue']) {
    const reply = await get(path)
    expect([path, reply.status, reply.text]).toEqual([path, 200, page])
    expect(reply.headers.get('cache-control')).toBe('no-cache')
    expect(reply.headers.get('content-type')).toContain('text/html')
  }
  const icon = await get('/icon.svg')
  expect([icon.status, icon.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('image/svg+xml'),
  ])
})

test('assets are kept for a year and compressed, pages asked for again when they changed', async () => {
  const asset = await get('/assets/index-a1b2c3d4.js', { 'accept-encoding': 'gzip' })
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(asset.headers.get('content-encoding')).toBe('gzip')
  expect(asset.headers.get('content-type')).toContain('text/javascript')
  expect(asset.text).toContain('xxxx')
  const etag = (await get('/')).headers.get('etag') ?? ''
  expect(etag).not.toBe('')
  const again = await get('/', { 'if-none-match': etag })
  expect([again.status, again.text]).toEqual([304, ''])
})

test.each([
  '/assets/gone.js',
  '/assets/../index.html/../../dashboard.ts',
  '/assets/%2e%2e/%2e%2e/dashboard.ts',
  '/..%2f..%2fetc%2fpasswd',
])('%s gives no file', async (path) => {
  const reply = await get(path)
  expect(reply.text).not.toMatch(/import|root:/)
  if (path.startsWith('/assets/gone')) expect(reply.status).toBe(404)
})

test('every answer forbids foreign script, framing and sniffing', async () => {
  for (const path of ['/', '/api/me', '/api/nothing', '/health', '/assets/gone.js']) {
    const { headers } = await get(path)
    const policy = headers.get('content-security-policy') ?? ''
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ])
      expect(policy).toContain(rule)
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
  }
  expect((await get('/api/me')).headers.get('cache-control')).toBe('no-store')
})

test('the probes say that it runs and can work', async () => {
  expect((await get('/health')).body).toEqual({ status: 'ok' })
  expect((await get('/ready')).body).toEqual({ ready: true })
})
