import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type StripeDouble, startStripeDouble } from '../../../bench/stripe-double/double.ts'
import { readRows } from '../../../schema/clickhouse/read-rows.ts'
import { openSecret } from '../../../schema/sealed-secret.ts'
import { claimPage, paymentList, type RevenueSettings, revenueSettings } from '../../contract/revenue.ts'
import {
  type Browser,
  type Reply,
  refusalOf,
  startTestDashboard,
  type TestDashboard,
} from '../dashboard-for-tests.ts'

const masterKey = 'ab'.repeat(32)
let double: StripeDouble
let dashboard: TestDashboard
let browser: Browser

beforeAll(async () => {
  double = await startStripeDouble()
  dashboard = await startTestDashboard({
    STRIPE_API_BASE: double.url,
    ALLOW_STRIPE_DOUBLE: '1',
    MASTER_KEY: masterKey,
    SUPPORT_CONTACT: 'help@shop.example',
  })
  browser = await dashboard.owner()
})
afterAll(async () => {
  await dashboard.close()
  await double.close()
})

let domain = ''
let siteId = 0
beforeEach(async () => {
  siteId += 1
  domain = `shop${siteId}.example`
  const body = { domain, timezone: 'UTC', currency: 'usd' }
  expect((await browser.send('POST', '/api/sites', body)).status).toBe(200)
})

function keysOf(index: number) {
  const account = double.accounts[index]
  if (!account) throw new Error('the double has no such account')
  return account.keys
}

async function connect(secret_key: string): Promise<Reply> {
  const body = { provider: 'stripe', method: 'payment_links', secret_key }
  return await browser.send('PUT', `/api/sites/${domain}/revenue`, body)
}

async function settings(): Promise<RevenueSettings> {
  return revenueSettings.parse((await browser.send('GET', `/api/sites/${domain}/revenue`)).body)
}

async function findings(): Promise<Record<string, [string, string]>> {
  const { diagnosis } = await settings()
  return Object.fromEntries(diagnosis.map(({ check, state, title }) => [check, [state, title]]))
}

async function storedConnection() {
  const [row] = await readRows(dashboard.database.writer, {
    sql: `SELECT sealed_key, livemode, account_id, count() OVER () AS rows FROM revenue_connections
          WHERE site_id = {id:UInt32} AND NOT deleted`,
    params: { id: siteId },
    row: z.object({
      sealed_key: z.string(),
      livemode: z.boolean(),
      account_id: z.string(),
      rows: z.coerce.number(),
    }),
  })
  return row
}

async function insert(table: string, rows: Record<string, unknown>[]): Promise<void> {
  const values = rows.map((row) => ({ site_id: siteId, ...row }))
  await dashboard.database.writer.insert({ table, values, format: 'JSONEachRow' })
}

const session = (index: number) => `cs_test_a1B2c3D4e5${String(index).padStart(6, '0')}`

const claimRow = (index: number, at: string, source = 'Google') => ({
  stripe_session_id: session(index),
  claimed_at: at,
  claim_id: crypto.randomUUID(),
  source,
  entry_page: '/pricing',
})

const stateRow = (index: number, state: string, more: Record<string, unknown> = {}) => ({
  stripe_session_id: session(index),
  state,
  reason: `because it is ${state}`,
  attempts: 2,
  first_claimed_at: '2026-11-24 09:00:00.000',
  next_attempt_at: null,
  payment_id: state === 'paid' ? session(index) : '',
  verified_at: '2026-11-24 09:01:00.000',
  version: '1',
  ...more,
})

const paymentRow = (index: number, more: Record<string, unknown> = {}) => ({
  payment_id: session(index),
  provider: 'stripe',
  livemode: false,
  charged_at: '2026-11-24 09:01:00.000',
  day: '2026-11-24',
  amount: '16950',
  currency: 'usd',
  confidence: 'same_visit',
  source: 'Google',
  entry_page: '/pricing',
  version: '1',
  ...more,
})

describe('saving a key', () => {
  test('a restricted key is tested with Stripe, stored encrypted for this site, and never shown again', async () => {
    const key = keysOf(0).test.restricted
    const reply = await connect(key)
    expect(reply.status).toBe(200)
    const { connection, redirect_url, support_contact } = revenueSettings.parse(reply.body)
    expect(connection).toMatchObject({
      key_kind: 'restricted',
      key_hint: `rk_test_…${key.slice(-4)}`,
      livemode: false,
      health: { state: 'ok' },
    })
    expect(redirect_url).toBe(`https://${domain}/thanks?stripe_session_id={CHECKOUT_SESSION_ID}`)
    expect(support_contact).toBe('help@shop.example')
    const stored = await storedConnection()
    const binding = { siteId, purpose: 'stripe', livemode: false }
    const opened = openSecret(stored?.sealed_key ?? '', binding, Buffer.from(masterKey, 'hex'))
    expect(opened).toEqual({ ok: true, secret: key })
    expect(stored?.account_id).toBe(double.accounts[0]?.id)
    expect(reply.text).not.toContain(key)
  })

  test('a secret key is accepted and told apart', async () => {
    const key = keysOf(0).live.secret
    const { connection } = revenueSettings.parse((await connect(key)).body)
    expect(connection).toMatchObject({
      key_kind: 'secret',
      livemode: true,
      key_hint: `sk_live_…${key.slice(-4)}`,
    })
    expect((await storedConnection())?.account_id).toBe(double.accounts[0]?.id)
  })

  test.each([
    ['pk_live_51abcdefghijklmnopqrstuv', 'publishable key'],
    ['whsec_abcdefghijklmnopqrstuvwxyz', 'signing secret'],
    ['acct_1abcdefghijklmnop', 'not a key'],
    ['https://dashboard.stripe.com/apikeys', 'an address'],
    ['rk_live_short', 'not whole'],
    ['sk_live_••••••••••••••••••••', 'not whole'],
    ["rk_test_51abcdefghijklmnop'; DROP TABLE sites", 'not whole'],
    ['hello', 'not a Stripe key'],
  ])('%s is refused in words that say what it is', async (key, words) => {
    const before = double.requests.length
    const reply = await connect(key)
    expect(reply.status).toBe(400)
    expect(refusalOf(reply).error).toBe('invalid')
    expect(refusalOf(reply).fields['secret_key']).toContain(words)
    expect(refusalOf(reply).message).toContain('Nothing was saved.')
    expect(double.requests).toHaveLength(before)
    expect(await storedConnection()).toBeUndefined()
  })

  test('a key that Stripe refuses leaves the one before in use', async () => {
    const good = keysOf(0).test.restricted
    await connect(good)
    const before = await storedConnection()
    const unknown = await connect('rk_test_51thisKeyExistsNowhere00')
    expect([unknown.status, refusalOf(unknown).error]).toEqual([422, 'key_rejected'])
    expect(refusalOf(unknown).message).toMatch(/does not accept this key.*stays in use/)
    const revoked = double.createAccount({ name: 'Closed' }).keys.test.restricted
    double.revokeKey(revoked)
    expect(refusalOf(await connect(revoked)).message).toMatch(/revoked.*stays in use/)
    expect(await storedConnection()).toEqual(before)
    expect((await settings()).connection?.key_hint).toBe(`rk_test_…${good.slice(-4)}`)
  })

  test('a missing permission is named', async () => {
    const { restricted } = double.createAccount({ name: 'Careful' }).keys.test
    double.withholdPermissions(restricted, ['rak_checkout_session_read'])
    const reply = await connect(restricted)
    expect([reply.status, refusalOf(reply).error]).toEqual([422, 'key_rejected'])
    expect(refusalOf(reply).message).toContain('rak_checkout_session_read')
    expect(refusalOf(reply).message).toContain('Nothing was saved.')
    expect(reply.text).not.toContain(restricted)
    double.withholdPermissions(restricted, [])
    expect((await connect(restricted)).status).toBe(200)
  })

  test('a new key takes the place of the old one, which leaves the table', async () => {
    await connect(keysOf(0).test.restricted)
    await connect(keysOf(1).live.restricted)
    expect(await storedConnection()).toMatchObject({ livemode: true, rows: 1 })
    expect((await storedConnection())?.account_id).toBe(double.accounts[1]?.id)
  })

  test('removing the key keeps the payments, and a second time there is none', async () => {
    await connect(keysOf(0).test.restricted)
    await insert('payments', [paymentRow(1)])
    const path = `/api/sites/${domain}/revenue`
    expect((await browser.send('DELETE', path)).status).toBe(200)
    expect(await storedConnection()).toBeUndefined()
    expect((await settings()).connection).toBeNull()
    expect((await browser.send('DELETE', path)).status).toBe(404)
    const list = paymentList.parse((await browser.send('GET', `/api/sites/${domain}/payments`)).body)
    expect([list.payments.length, list.test]).toEqual([1, true])
  })

  test('a key that works never appears in an answer, the log, a file or a table', async () => {
    const secrets = double.accounts.flatMap(({ keys }) => [
      ...Object.values(keys.test),
      ...Object.values(keys.live),
    ])
    for (const key of secrets) await connect(key)
    const tables = await readRows(dashboard.database.writer, {
      sql: "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine NOT LIKE '%View'",
      row: z.object({ name: z.string() }),
    })
    const texts = [dashboard.log()]
    for (const path of ['', '/revenue', '/claims', '/payments'])
      texts.push((await browser.send('GET', `/api/sites/${domain}${path}`)).text)
    for (const { name } of tables) {
      const rows = await dashboard.database.writer.query({
        query: 'SELECT * FROM {table:Identifier}',
        query_params: { table: name },
        format: 'JSONEachRow',
      })
      texts.push(await rows.text())
    }
    for (const file of readdirSync(dashboard.dataDir))
      texts.push(readFileSync(join(dashboard.dataDir, file), 'utf8'))
    for (const key of secrets) for (const text of texts) expect(text).not.toContain(key)
  })
})

test('a Stripe that cannot be reached changes nothing and says so', async () => {
  const lonely = await startTestDashboard({ STRIPE_API_BASE: 'http://127.0.0.1:9', ALLOW_STRIPE_DOUBLE: '1' })
  try {
    const owner = await lonely.owner()
    await owner.send('POST', '/api/sites', { domain: 'a.example', timezone: 'UTC', currency: 'usd' })
    const body = { provider: 'stripe', method: 'payment_links', secret_key: keysOf(0).test.restricted }
    const reply = await owner.send('PUT', '/api/sites/a.example/revenue', body)
    expect([reply.status, refusalOf(reply).error]).toEqual([503, 'unavailable'])
    expect(refusalOf(reply).message).toContain('Nothing was saved.')
  } finally {
    await lonely.close()
  }
})

describe('the diagnosis', () => {
  test('walks from a missing key to the first payment', async () => {
    expect(await findings()).toEqual({
      key: ['waiting', 'No Stripe key is saved'],
      script: ['bad', 'No visit has been seen'],
      redirect: ['waiting', 'No buyer has come back with a stripe_session_id'],
      claims: ['waiting', 'Nothing has been looked up at Stripe yet'],
      payments: ['waiting', 'No payment is counted yet'],
    })

    await connect(keysOf(0).test.restricted)
    await insert('events', [
      {
        day: '2026-11-24',
        name: 'pageview',
        visitor_id: '1',
        session_id: '1',
        received_at: '2026-11-24 09:00:00.000',
        event_id: crypto.randomUUID(),
      },
    ])
    await insert('dropped', [
      {
        day: '2026-11-24',
        reason: 'claim_placeholder',
        run_id: '1',
        count: '2',
        last_at: '2026-11-24 09:10:00.000',
      },
    ])
    expect(await findings()).toMatchObject({
      key: ['ok', 'The Stripe key works'],
      script: ['ok', 'Visits arrive'],
      redirect: ['bad', 'The address after payment still held {CHECKOUT_SESSION_ID}'],
    })

    await insert('payment_claims', [claimRow(1, '2026-11-24 09:20:00.000')])
    expect(await findings()).toMatchObject({
      redirect: ['ok', 'Buyers come back with their stripe_session_id'],
      claims: ['waiting', 'Payments wait for an answer'],
    })
    await insert('claim_states', [stateRow(1, 'wrong_mode')])
    expect(await findings()).toMatchObject({ claims: ['bad', 'What was looked up was refused'] })

    await insert('payment_claims', [claimRow(2, '2026-11-24 09:30:00.000')])
    await insert('claim_states', [stateRow(2, 'paid')])
    await insert('payments', [paymentRow(2)])
    const good = await settings()
    expect(good.diagnosis.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
    expect(good.diagnosis.at(-1)?.detail).toBe('The last one was $169.50 from Google.')
    expect(good.counts).toEqual({ paid: 1, waiting: 0, refused: 1 })
  })

  test.each([
    ['key_rejected', 'bad', 'Stripe refuses the key'],
    ['permission_missing', 'bad', 'The Stripe key lacks a permission'],
    ['rate_limited', 'waiting', 'Stripe asks to slow down'],
    ['unreachable', 'waiting', 'Stripe does not answer at the moment'],
  ])('what the verifier met is told: %s', async (state, tone, title) => {
    await connect(keysOf(0).test.restricted)
    const health = { provider: 'stripe', state, detail: 'As Stripe said it.', version: '1' }
    await insert('connection_health', [{ ...health, checked_at: '2026-11-24 11:00:00.000' }])
    expect((await findings())['key']).toEqual([tone, title])
    const { connection } = await settings()
    expect(connection?.health).toMatchObject({ state, detail: 'As Stripe said it.' })

    dashboard.clock.ms += 2 * 3_600_000
    await connect(keysOf(0).test.restricted)
    expect((await findings())['key']).toEqual(['ok', 'The Stripe key works'])
    dashboard.clock.ms -= 2 * 3_600_000
  })

  test.each([
    [
      'The saved Stripe key was encrypted with another master key than this installation has. Restore that master key, or save the Stripe key again under Settings > Revenue.',
      'The saved Stripe key cannot be opened with this master key',
    ],
    [
      'The saved Stripe key cannot be read. Save it again under Settings > Revenue; waiting payments are then looked up at once.',
      'The saved Stripe key cannot be used',
    ],
  ])('a key that never reached Stripe is not told as refused by Stripe: %s', async (detail, title) => {
    await connect(keysOf(0).test.restricted)
    const health = { provider: 'stripe', state: 'key_rejected', detail, version: '1' }
    await insert('connection_health', [{ ...health, checked_at: '2026-11-24 11:00:00.000' }])
    await insert('payment_claims', [claimRow(1, '2026-11-24 09:20:00.000')])
    await insert('claim_states', [stateRow(1, 'key_rejected')])
    const { diagnosis } = await settings()
    const told = diagnosis.find(({ check }) => check === 'key')
    expect(told).toMatchObject({ state: 'bad', title, detail: expect.stringContaining(detail) })
    expect(told?.detail).toContain('Stripe was not asked')
    expect(told?.detail).not.toMatch(/new key at Stripe/)
    expect((await findings())['claims']).toEqual(['bad', 'Payments wait for a key that works'])
  })
})

describe('claims and payments', () => {
  test('one row a Checkout Session, newest first, by state, with the amount that was paid', async () => {
    await insert('payment_claims', [
      claimRow(1, '2026-11-24 09:00:00.000', 'Google'),
      claimRow(1, '2026-11-24 09:05:00.000', 'Bing'),
      claimRow(2, '2026-11-24 09:01:00.000'),
      claimRow(3, '2026-11-24 09:02:00.000'),
    ])
    await insert('claim_states', [
      stateRow(1, 'retrying'),
      stateRow(1, 'paid', { version: '2' }),
      stateRow(2, 'pending', { next_attempt_at: '2026-11-24 10:30:00.000' }),
    ])
    await insert('payments', [paymentRow(1)])
    const read = async (query = '') =>
      claimPage.parse((await browser.send('GET', `/api/sites/${domain}/claims${query}`)).body)
    const { claims, next_cursor } = await read()
    expect(next_cursor).toBeNull()
    expect(claims.map((claim) => [claim.stripe_session_id, claim.state, claim.source, claim.amount])).toEqual(
      [
        [session(3), 'new', 'Google', null],
        [session(2), 'pending', 'Google', null],
        [session(1), 'paid', 'Google', { amount: 16_950, currency: 'usd', value: 169.5 }],
      ],
    )
    expect(claims[0]?.reason).toContain('no Stripe key is saved')
    expect(claims[1]).toMatchObject({
      next_attempt_at: '2026-11-24T10:30:00.000Z',
      attempts: 2,
      reason: 'because it is pending',
    })
    expect((await read('?state=new')).claims.map((claim) => claim.stripe_session_id)).toEqual([session(3)])
    expect((await read('?state=paid')).claims).toHaveLength(1)
    expect((await read('?state=expired')).claims).toHaveLength(0)
    expect((await read('?state=&cursor=')).claims).toHaveLength(3)
  })

  test('pages of 100 neither repeat nor miss a claim', async () => {
    const rows = Array.from({ length: 250 }, (_, index) =>
      claimRow(index, `2026-11-24 09:${String(index % 7).padStart(2, '0')}:00.000`),
    )
    await insert('payment_claims', rows)
    const seen: string[] = []
    const sizes: number[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`
      const page = claimPage.parse((await browser.send('GET', `/api/sites/${domain}/claims${query}`)).body)
      seen.push(...page.claims.map((claim) => claim.stripe_session_id))
      sizes.push(page.claims.length)
      cursor = page.next_cursor
    }
    expect(sizes).toEqual([100, 100, 50])
    expect(new Set(seen).size).toBe(250)
  })

  test.each([
    ["?state=paid' OR 1=1 --", 'state'],
    ['?state=unknown', 'state'],
    ['?cursor=%27%3B%20DROP', 'cursor'],
    [`?cursor=${Buffer.from('99999999999999999_cs_test_x').toString('base64url')}`, 'cursor'],
  ])('%s is refused with the field named', async (query, field) => {
    const reply = await browser.send('GET', `/api/sites/${domain}/claims${query}`)
    expect([reply.status, Object.keys(refusalOf(reply).fields)]).toEqual([400, [field]])
  })

  test('payments are those of the mode of the key, the latest version of each, newest first', async () => {
    await connect(keysOf(0).test.restricted)
    await insert('payments', [
      paymentRow(1, { amount: '100' }),
      paymentRow(1, { amount: '250', currency: 'jpy', version: '2' }),
      paymentRow(2, { charged_at: '2026-11-24 09:30:00.000', confidence: 'unattributed', source: '' }),
      paymentRow(3, { livemode: true }),
    ])
    const reply = await browser.send('GET', `/api/sites/${domain}/payments?limit=5`)
    const { payments, test: isTest } = paymentList.parse(reply.body)
    expect(isTest).toBe(true)
    expect(payments.map((payment) => [payment.payment_id, payment.amount.value, payment.confidence])).toEqual(
      [
        [session(2), 169.5, 'unattributed'],
        [session(1), 250, 'same_visit'],
      ],
    )
    const bad = await browser.send('GET', `/api/sites/${domain}/payments?limit=1000`)
    expect([bad.status, Object.keys(refusalOf(bad).fields)]).toEqual([400, ['limit']])
  })
})
