import { expect, test } from 'vitest'
import { parseConfig } from '../../../schema/config.ts'
import type { Site } from '../../../schema/site/read-sites.ts'
import { describeSite } from './snippet.ts'

const site: Site = {
  site_id: 1,
  domain: 'shop.example',
  hosts: [],
  timezone: 'UTC',
  timezone_next: '',
  timezone_next_at: 0,
  currency: 'usd',
  reference_key: 'ab'.repeat(32),
  payment_link_hosts: [],
  honour_gpc: false,
  revenue_attribution: true,
  created_at: 0,
  version: 1n,
}

type Case = {
  env?: Record<string, string>
  host?: string
  untrustedProxy?: string
  site?: Partial<Site>
  testing?: boolean
}

function describe(given: Case) {
  const { env = {}, host = 'stats.shop.example', untrustedProxy, site: changes = {}, testing = false } = given
  const parsed = parseConfig(env)
  if (!parsed.ok) throw new Error(parsed.faults.join())
  const origin = { address: '203.0.113.1', secure: false, host, untrustedProxy: untrustedProxy ?? null }
  return describeSite({ ...site, ...changes }, { config: parsed.config, origin, now: 1_000, testing })
}

test.each<[string, Case, string]>([
  [
    'the host of the request',
    {},
    'data-domain="shop.example" src="http://stats.shop.example:8001/js/script.js?site=shop.example"',
  ],
  [
    'the request’s port is the dashboard’s',
    { host: 'localhost:8000' },
    'src="http://localhost:8001/js/script.js?site=shop.example"',
  ],
  [
    'a configured collector',
    { env: { COLLECTOR_URL: 'https://c.shop.example/' } },
    'src="https://c.shop.example/js/script.js?site=shop.example"',
  ],
  [
    'renamed paths',
    { env: { COLLECTOR_URL: 'https://shop.example', SCRIPT_PATH: '/a.js', EVENT_PATH: '/b' } },
    'data-domain="shop.example" data-api="https://shop.example/b" src="https://shop.example/a.js?site=shop.example"',
  ],
  [
    'payment hosts',
    { site: { payment_link_hosts: ['pay.shop.example'] } },
    'data-pay-hosts="pay.shop.example" src=',
  ],
  [
    'a site with a port',
    { site: { domain: 'localhost:3000' } },
    'data-domain="localhost:3000" src="http://stats.shop.example:8001/js/script.js?site=localhost%3A3000"',
  ],
])('the snippet: %s', (_, given, part) => {
  expect(describe(given).snippet).toContain(part)
  expect(describe(given).snippet).toMatch(/^<script defer [^<>]*><\/script>$/)
})

test.each<[string, Case, RegExp[]]>([
  ['https', { env: { COLLECTOR_URL: 'https://c.shop.example' } }, []],
  ['http for a public site', {}, [/behind https and set COLLECTOR_URL/]],
  [
    'a loopback collector for a public site',
    { host: 'localhost:8000' },
    [/localhost:8001, which visitors of shop.example cannot reach/],
  ],
  ['development', { host: 'localhost:8000', site: { domain: 'localhost:3000' } }, []],
  [
    'a proxy that is not trusted',
    { env: { COLLECTOR_URL: 'https://c.shop.example' }, untrustedProxy: '172.17.0.1' },
    [/172.17.0.1 that is not in TRUSTED_PROXIES/],
  ],
])('warnings: %s', (_, given, expected) => {
  const { warnings } = describe(given)
  expect(warnings).toHaveLength(expected.length)
  for (const [index, pattern] of expected.entries()) expect(warnings[index]).toMatch(pattern)
})

test('while a test runs the snippet is the inline loader with the same settings', () => {
  const { snippet } = describe({
    env: { COLLECTOR_URL: 'https://c.shop.example' },
    site: { payment_link_hosts: ['pay.shop.example'] },
    testing: true,
  })
  expect(snippet).toContain(
    '<script data-domain="shop.example" data-pay-hosts="pay.shop.example" data-src="https://c.shop.example/js/script.js?site=shop.example">',
  )
  expect(snippet).toMatch(/<\/script>$/)
})
