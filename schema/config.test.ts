import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'

test('an empty environment gives the documented defaults', () => {
  const result = parseConfig({ HOST: '' })
  expect(result).toMatchObject({
    ok: true,
    config: {
      DASHBOARD_PORT: 8000,
      COLLECTOR_PORT: 8001,
      ENGINE_PORT: 8123,
      HOST: '0.0.0.0',
      RATE_IP: { perSecond: 50, burst: 200 },
      STRIPE_API_BASE: 'https://api.stripe.com',
    },
  })
})

test('every wrong variable is named at once', () => {
  const result = parseConfig({
    DASHBOARD_PORT: '99999',
    COLLECTOR_URL: 'ftp://x',
    TRUSTED_PROXIES: '10.0.0.0/8,everyone',
    LOG_LEVEL: 'loud',
    MASTER_KEY: 'short',
    RATE_IP: 'fast',
  })
  const text = result.ok ? '' : result.faults.join('\n')
  for (const name of [
    'DASHBOARD_PORT',
    'COLLECTOR_URL',
    'TRUSTED_PROXIES',
    'LOG_LEVEL',
    'MASTER_KEY',
    'RATE_IP',
  ])
    expect(text).toContain(name)
})

test.each([
  [{ STRIPE_API_BASE: 'http://127.0.0.1:9' }, 'STRIPE_API_BASE'],
  [{ CLICKHOUSE_URL: 'http://ch:8123', CLICKHOUSE_USER: 'a', CLICKHOUSE_READER_USER: 'b' }, 'MASTER_KEY'],
  [
    { CLICKHOUSE_URL: 'http://ch:8123', CLICKHOUSE_USER: 'a', MASTER_KEY: 'a'.repeat(64) },
    'CLICKHOUSE_READER_USER',
  ],
  [{ SCRIPT_PATH: '/x', EVENT_PATH: '/x' }, 'EVENT_PATH'],
  [{ SCRIPT_PATH: '/ready' }, 'SCRIPT_PATH'],
  [{ CLICKHOUSE_CLUSTER: 'three' }, 'CLICKHOUSE_CLUSTER'],
  [{ RATE_IP: '50/0' }, 'RATE_IP'],
  [{ ADMIN_EMAIL: 'a@example.com' }, 'ADMIN_PASSWORD'],
  [{ ADMIN_EMAIL: 'a@example.com', ADMIN_PASSWORD: 'ё'.repeat(140) }, 'ADMIN_PASSWORD'],
  [{ DASHBOARD_PORT: '8001' }, 'COLLECTOR_PORT'],
])('%o is refused and %s named', (env, name) => {
  const result = parseConfig(env)
  expect(result.ok ? [] : result.faults).toEqual([expect.stringMatching(new RegExp(`^${name} `))])
})

test.each([
  [
    { LOG_LEVEL: 'loud', STRIPE_API_BASE: 'http://127.0.0.1:9', ADMIN_EMAIL: 'a@example.com' },
    ['LOG_LEVEL', 'STRIPE_API_BASE', 'ADMIN_PASSWORD'],
  ],
  [{ DASHBOARD_PORT: 'http', COLLECTOR_PORT: '8000' }, ['DASHBOARD_PORT']],
  [{ ADMIN_EMAIL: 'a@example.com', ADMIN_PASSWORD: 'short' }, ['ADMIN_PASSWORD']],
  [{ STRIPE_API_BASE: 'http://127.0.0.1:9', ALLOW_STRIPE_DOUBLE: 'yes' }, ['ALLOW_STRIPE_DOUBLE']],
])(
  '%o: a fault of several variables is named beside those of one, unless it follows from them',
  (env, names) => {
    const result = parseConfig(env)
    expect(result.ok ? [] : result.faults.map((fault) => fault.split(' ')[0])).toEqual(names)
  },
)

test('lists, rates and trailing slashes are read', () => {
  const result = parseConfig({
    TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8,::1/128',
    RATE_IP: '10/20',
    COLLECTOR_URL: 'https://c.example/',
  })
  expect(result).toMatchObject({
    config: {
      TRUSTED_PROXIES: ['127.0.0.1', '10.0.0.0/8', '::1/128'],
      RATE_IP: { perSecond: 10, burst: 20 },
      COLLECTOR_URL: 'https://c.example',
    },
  })
})

test('a process that opens no Stripe key starts without the master key', () => {
  const env = { CLICKHOUSE_URL: 'http://ch:8123', CLICKHOUSE_USER: 'a', CLICKHOUSE_READER_USER: 'b' }
  expect(parseConfig(env).ok).toBe(false)
  expect(parseConfig(env, { masterKey: false }).ok).toBe(true)
})
