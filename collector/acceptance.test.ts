import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../schema/clickhouse/database-for-tests.ts'
import type { AcceptedRows, EventRow } from './accepted-rows.ts'
import {
  addSites,
  type CollectorUnderTest,
  chrome,
  memoryStore,
  removeTemporaryFolders,
  startUnderTest,
} from './collector-for-tests.ts'

let database: TestDatabase
let collector: CollectorUnderTest
const rows: AcceptedRows[] = []
const store = memoryStore(rows)

beforeAll(async () => {
  database = await openTestDatabase()
  await addSites(
    database,
    { site_id: 1, domain: 'shop.example', hosts: ['staging.example'], payment_link_hosts: ['pay.shop.test'] },
    { site_id: 2, domain: 'other.example' },
    { site_id: 3, domain: 'private.example', honour_gpc: true },
    { site_id: 4, domain: 'free.example', revenue_attribution: false },
  )
  const env = { TRUSTED_PROXIES: '127.0.0.1', RATE_IP: '0' }
  collector = await startUnderTest({ database, openStore: store.open, env })
})
beforeEach(() => {
  rows.length = 0
  store.state.full = false
})
afterAll(async () => {
  await collector.close()
  await database.close()
  removeTemporaryFolders()
})

const pageview = { n: 'pageview', u: 'https://shop.example/a?x=1', d: 'shop.example' }
const session = `cs_test_${'a1B2'.repeat(10)}`

let lastVisitor = 0
/** A visitor that no test saw before. */
function visitor(): Record<string, string> {
  lastVisitor += 1
  return { 'x-forwarded-for': `81.2.${lastVisitor >> 8}.${lastVisitor & 255}` }
}

const events = (): EventRow[] => rows.flatMap((accepted) => accepted.events)
const claims = () => rows.flatMap((accepted) => accepted.claims)

describe('what trackers send', () => {
  test('a pageview of plausible-tracker is stored with what is known of it', async () => {
    const wire = { ...pageview, r: 'https://www.google.com/', w: 1280, h: 0 }
    const { response, body } = await collector.post(JSON.stringify(wire), {
      'content-type': 'text/plain;charset=UTF-8',
      'x-forwarded-for': '81.2.69.142',
    })
    expect(response.status).toBe(202)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(body).toEqual({ status: 'stored' })
    expect(events()).toEqual([
      {
        site_id: 1,
        day: 20_781,
        name: 'pageview',
        visitor_id: expect.any(BigInt),
        session_id: expect.any(BigInt),
        received_at: collector.clock.now,
        event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        event_no: 1,
        pageview_no: 1,
        interaction_no: 1,
        hostname: 'shop.example',
        pathname: '/a',
        entry_page: '/a',
        referrer: 'google.com',
        source: 'Google',
        channel: 'Organic Search',
        utm_source: '',
        utm_medium: '',
        utm_campaign: '',
        utm_content: '',
        utm_term: '',
        country: 'GB',
        region: '',
        city: '',
        browser: 'Chrome',
        browser_version: '131',
        os: 'Windows',
        os_version: '10',
        device: 'Desktop',
        props: {},
        revenue_amount: 0,
        revenue_currency: '',
        engagement_ms: 0,
        scroll_depth: 0,
      },
    ])
  })

  test.each([
    [
      'long names',
      { name: 'pageview', url: 'https://shop.example/', domain: 'shop.example', referrer: '' },
      {},
    ],
    [
      'a goal with props',
      { ...pageview, n: 'Signup', p: { plan: 'pro', seats: 3, trial: true } },
      { name: 'Signup', props: { plan: 'pro', seats: '3', trial: 'true' } },
    ],
    ['props as JSON text', { ...pageview, n: 'Signup', p: '{"plan":"pro"}' }, { props: { plan: 'pro' } }],
    ['props as m', { ...pageview, n: 'Signup', m: { a: 'b' } }, { props: { a: 'b' } }],
    [
      'revenue',
      { ...pageview, n: 'Buy', $: { currency: 'USD', amount: 169.5 } },
      { revenue_amount: 16_950, revenue_currency: 'usd' },
    ],
    [
      'revenue as text, without decimals',
      { ...pageview, n: 'Buy', revenue: { currency: 'JPY', amount: '500' } },
      { revenue_amount: 500, revenue_currency: 'jpy' },
    ],
    ['hash mode', { ...pageview, u: 'https://shop.example/#/cart', h: 1 }, { pathname: '/#/cart' }],
    ['www and capitals', { ...pageview, d: 'WWW.Shop.Example' }, { site_id: 1 }],
    ['unknown fields', { ...pageview, v: 27, new_field: { deep: [[[[[1]]]]] } }, { pathname: '/a' }],
    [
      'a non-interactive event',
      { ...pageview, n: 'Scroll', i: false },
      { event_no: 1, pageview_no: 0, interaction_no: 0 },
    ],
    [
      'a page in an app',
      { ...pageview, u: 'app://localhost/start' },
      { hostname: 'localhost', pathname: '/start' },
    ],
  ])('%s', async (_case, wire, stored) => {
    const { response } = await collector.post(wire, { ...visitor(), 'content-type': 'application/json' })
    expect(response.status).toBe(202)
    expect(events()).toEqual([expect.objectContaining(stored)])
  })

  test('one event for two sites is stored for each', async () => {
    const { body } = await collector.post({ ...pageview, d: 'shop.example,www.other.example' }, visitor())
    expect(body).toEqual({ status: 'stored', stored: 2 })
    expect(events().map((event) => event.site_id)).toEqual([1, 2])
    expect(events()[0]?.visitor_id).not.toBe(events()[1]?.visitor_id)
  })

  test('the preflight of a browser is answered', async () => {
    const response = await fetch(`${collector.url}/api/event`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toBe('Content-Type')
  })

  test.each([
    ['https://shop.example', true],
    ['https://www.shop.example', true],
    ['http://staging.example:3000', true],
    ['https://evil.example', false],
    ['https://shop.example.evil.example', false],
    ['null', false],
  ])('a page of %s may know the visit: %s', async (origin, may) => {
    const { body } = await collector.post(pageview, { ...visitor(), origin })
    expect(body).toEqual(
      may ? { status: 'stored', visit: expect.stringMatching(/^rt_[\w-]{27}$/) } : { status: 'stored' },
    )
  })
})

describe('bad input is refused with its reason and stores nothing', () => {
  const wide = Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`p${index}`, '']))
  test.each([
    ['malformed JSON', '{"n":"pageview"', 400, 'invalid', /not JSON/],
    ['nothing', '', 400, 'invalid', /empty/],
    ['a number', '7', 400, 'invalid', /event: /],
    ['null', 'null', 400, 'invalid', /event: /],
    ['an empty array', '[]', 400, 'invalid', /no event/],
    ['no name', { u: 'https://shop.example/', d: 'shop.example' }, 400, 'invalid', /name is missing/],
    ['a URL that is none', { ...pageview, u: '/relative' }, 400, 'invalid', /url: /],
    [
      'a URL that is too long',
      { ...pageview, u: `https://shop.example/${'a'.repeat(2_000)}` },
      400,
      'invalid',
      /u: /,
    ],
    ['a name that is no text', { ...pageview, n: ['pageview'] }, 400, 'invalid', /n: /],
    ['31 props', { ...pageview, p: wide }, 400, 'invalid', /p: .*30 props|at most 30/],
    ['a nested prop', { ...pageview, p: { a: { b: 1 } } }, 400, 'invalid', /p\.a: /],
    ['a long prop', { ...pageview, p: { a: 'x'.repeat(501) } }, 400, 'invalid', /p\.a/],
    ['a long key', { ...pageview, p: { ['x'.repeat(65)]: 'a' } }, 400, 'invalid', /p\.x+: /],
    [
      'an endless amount',
      '{"n":"Buy","u":"https://shop.example/","d":"shop.example","$":{"currency":"USD","amount":1e999}}',
      400,
      'invalid',
      /\$\.amount/,
    ],
    ['a huge amount', { ...pageview, $: { currency: 'USD', amount: 1e15 } }, 400, 'invalid', /\$\.amount/],
    [
      'an unknown currency shape',
      { ...pageview, $: { currency: 'DOLLAR', amount: 1 } },
      400,
      'invalid',
      /currency/,
    ],
    [
      'a body over 64 KiB',
      `[${JSON.stringify({ ...pageview, r: 'x'.repeat(70_000) })}]`,
      413,
      'too_large',
      /64 KiB/,
    ],
    ['an unknown site', { ...pageview, d: 'nobody.example' }, 202, 'unknown_site', /No site/],
    ['a site by its subdomain', { ...pageview, d: 'sub.shop.example' }, 202, 'unknown_site', /No site/],
    ['a spam referrer', { ...pageview, r: 'https://forum.semalt.com/x' }, 202, 'spam_referrer', /spam/],
    ['a steered browser', { ...pageview, webdriver: true }, 202, 'bot', /bot/],
  ])('%s', async (_case, wire, status, reason, message) => {
    const { response, body } = await collector.post(wire, visitor())
    expect(body).toEqual({ status: 'dropped', reason, message: expect.stringMatching(message) })
    expect(response.status).toBe(status)
    expect(response.headers.get('x-revtrail-dropped')).toBe(reason)
    expect(rows).toEqual([])
  })

  test.each([['application/x-www-form-urlencoded'], ['multipart/form-data; boundary=x'], ['text/plainly']])(
    'content type %s',
    async (type) => {
      const { response, body } = await collector.post(pageview, { 'content-type': type })
      expect([response.status, body]).toEqual([
        400,
        expect.objectContaining({ reason: 'invalid', message: expect.stringContaining('Content-Type') }),
      ])
    },
  )

  test.each(['', 'curl/8.5.0', 'Mozilla/5.0', `${chrome} HeadlessChrome/131.0`])(
    'user agent %j',
    async (userAgent) => {
      const { body } = await collector.post(pageview, { 'user-agent': userAgent })
      expect(body).toMatchObject({ status: 'dropped', reason: 'bot' })
    },
  )

  test('a refusal never repeats the body', async () => {
    const { body } = await collector.post({
      ...pageview,
      n: { secret: 'hunter2' },
      p: { k: { v: 'hunter2' } },
    })
    expect(JSON.stringify(body)).not.toContain('hunter2')
  })
})

describe('hostile bodies are cleaned', () => {
  test('keys of the prototype are data or nothing', async () => {
    const wire = `{"n":"pageview","u":"https://shop.example/","d":"shop.example","__proto__":{"d":"other.example","admin":true},"p":{"__proto__":"x","constructor":"y"}}`
    await collector.post(wire, visitor())
    expect(events()).toEqual([expect.objectContaining({ site_id: 1, props: { constructor: 'y' } })])
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
  })

  test('lone surrogates and NUL leave names, addresses and props', async () => {
    const wire = String.raw`{"n":"a\u0000b\ud800","u":"https://shop.example/\ud800?utm_source=x%00","d":"shop.example","r":"https://blog.example/\udc00","p":{"k\ud800\u0000":"v\udfff"}}`
    await collector.post(wire, visitor())
    const text = JSON.stringify(events(), (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    expect(text.isWellFormed()).toBe(true)
    expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/)
    expect(events()[0]).toMatchObject({ name: 'ab�', utm_source: 'x', props: { 'k�': 'v�' } })
  })

  test('depth does no harm', async () => {
    const deep = `{"n":"pageview","u":"https://shop.example/","d":"shop.example","x":${'['.repeat(30_000)}${']'.repeat(30_000)}}`
    expect((await collector.post(deep, visitor())).response.status).toBe(202)
  })

  test('bytes that are no UTF-8 do no harm', async () => {
    const response = await fetch(`${collector.url}/api/event`, {
      method: 'POST',
      body: Buffer.concat([
        Buffer.from('{"n":"'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('","u":"https://shop.example/","d":"shop.example"}'),
      ]),
      headers: { 'user-agent': chrome, 'content-type': 'text/plain', ...visitor() },
    })
    expect(response.status).toBe(202)
    expect(events()[0]?.name).toBe('��')
  })
})

describe('several events in one request', () => {
  test('500 are stored together, in order', async () => {
    const wires = Array.from({ length: 500 }, (_, index) => ({
      n: 'tick',
      u: `https://shop.example/${index}`,
      d: 'shop.example',
    }))
    const { response, body } = await collector.post(wires, visitor())
    expect([response.status, body]).toEqual([202, { status: 'stored', stored: 500 }])
    expect(rows).toHaveLength(1)
    expect(events().map((event) => event.event_no)).toEqual(wires.map((_, index) => index + 1))
  })

  test('501 are refused whole', async () => {
    const wires = Array.from({ length: 501 }, () => ({ n: 'a', u: 'https://shop.example/', d: 'a' }))
    const { response, body } = await collector.post(wires, visitor())
    expect([response.status, body]).toEqual([413, expect.objectContaining({ reason: 'too_large' })])
  })

  test('what is dropped is named by its place', async () => {
    const wires = [
      pageview,
      { ...pageview, d: 'nobody.example' },
      { n: 'x' },
      { ...pageview, u: 'https://shop.example/?stripe_session_id=' },
    ]
    const { response, body } = await collector.post(wires, { ...visitor(), origin: 'https://shop.example' })
    expect(response.status).toBe(202)
    expect(body).toEqual({
      status: 'stored',
      stored: 2,
      visit: expect.stringMatching(/^rt_/),
      dropped: [
        { index: 1, reason: 'unknown_site', message: expect.any(String) },
        { index: 2, reason: 'invalid', message: expect.any(String) },
      ],
      claims: [{ index: 3, reason: 'claim_malformed' }],
    })
    expect(events()).toHaveLength(2)
  })

  test('nothing stored is told by the first reason', async () => {
    const { response, body } = await collector.post([{ n: 'x' }, { ...pageview, d: 'nobody.example' }])
    expect([response.status, response.headers.get('x-revtrail-dropped')]).toEqual([400, 'invalid'])
    expect(body).toMatchObject({ status: 'dropped', stored: 0 })
  })
})

describe('visits', () => {
  const at = (text: string) => {
    collector.clock.now = Date.parse(text)
  }

  test('pages of one visit carry its entry and are numbered; half an hour later it is another', async () => {
    at('2026-11-24T10:00:00Z')
    const who = visitor()
    await collector.post({ ...pageview, r: 'https://news.ycombinator.com/' }, who)
    at('2026-11-24T10:29:00Z')
    await collector.post(
      { ...pageview, u: 'https://shop.example/b?utm_source=other', r: 'https://shop.example/a' },
      who,
    )
    at('2026-11-24T10:59:00Z')
    await collector.post({ ...pageview, u: 'https://shop.example/c', r: 'https://shop.example/b' }, who)
    const [first, second, third] = events()
    expect(second).toMatchObject({
      session_id: first?.session_id,
      entry_page: '/a',
      source: 'Hacker News',
      pageview_no: 2,
    })
    expect(third).toMatchObject({
      visitor_id: first?.visitor_id,
      entry_page: '/c',
      source: '',
      channel: 'Direct',
      pageview_no: 1,
    })
    expect(third?.session_id).not.toBe(first?.session_id)
  })

  test('time spent on a page counts in its visit and never starts one', async () => {
    const engagement = { ...pageview, n: 'engagement', e: 5_000, sd: 70 }
    const who = visitor()
    const { body } = await collector.post(engagement, who)
    expect(body).toMatchObject({ status: 'dropped', reason: 'no_visit' })
    await collector.post(pageview, who)
    await collector.post(engagement, who)
    expect(events().at(-1)).toMatchObject({
      engagement_ms: 5_000,
      scroll_depth: 70,
      event_no: 2,
      pageview_no: 1,
      interaction_no: 1,
    })
  })

  test('visitors differ by address and browser, not within an IPv6 /64', async () => {
    const addresses = [
      '2001:db8:1:2::1',
      '2001:db8:1:2:ffff::9',
      '2001:db8:1:3::1',
      '::ffff:81.3.0.1',
      '81.3.0.1',
    ]
    for (const address of addresses) await collector.post(pageview, { 'x-forwarded-for': address })
    const ids = events().map((event) => event.visitor_id)
    expect([ids[0] === ids[1], ids[0] === ids[2], ids[3] === ids[4]]).toEqual([true, false, true])
  })

  test('neither an address nor a user agent is in what is stored', async () => {
    await collector.post(pageview, { 'x-forwarded-for': '81.2.69.160' })
    const text = JSON.stringify(rows, (_key, value) => (typeof value === 'bigint' ? String(value) : value))
    expect(text).not.toMatch(/81\.2\.69|Mozilla|AppleWebKit/)
  })

  test.each([{ 'sec-gpc': '1' }, { dnt: '1' }])(
    '%j counts without a visitor where the site honours it',
    async (signal) => {
      const who = { ...visitor(), ...signal, origin: 'https://private.example' }
      const wire = { ...pageview, u: 'https://private.example/a', d: 'private.example' }
      const { body } = await collector.post(wire, who)
      await collector.post(wire, who)
      expect(body).toEqual({ status: 'stored' })
      const [first, second] = events()
      expect([first?.visitor_id, second?.visitor_id, second?.pageview_no]).toEqual([0n, 0n, 1])
      expect(first?.session_id).not.toBe(second?.session_id)
      await collector.post(pageview, who)
      expect(events().at(-1)?.visitor_id).not.toBe(0n)
    },
  )
})

describe('payment claims', () => {
  const thanks = (param: string) => ({
    ...pageview,
    u: `https://shop.example/thanks?${param}`,
    r: 'https://checkout.stripe.com/',
  })

  test('a session in the address is a claim of the visit, once, and leaves the path', async () => {
    const who = visitor()
    await collector.post({ ...pageview, r: 'https://duckduckgo.com/' }, who)
    for (let reload = 0; reload < 3; reload++)
      await collector.post(thanks(`stripe_session_id=${session}`), who)
    expect(claims()).toEqual([
      expect.objectContaining({
        site_id: 1,
        stripe_session_id: session,
        claimed_at: collector.clock.now,
        session_id: events()[0]?.session_id,
        confidence: 'same_visit',
        source: 'DuckDuckGo',
        entry_page: '/a',
      }),
    ])
    expect(events().map((event) => event.pathname)).toEqual(['/a', '/thanks', '/thanks', '/thanks'])
  })

  test.each([
    ['stripe_session_id=pi_123', 'claim_malformed'],
    ['stripe_session_id={CHECKOUT_SESSION_ID}', 'claim_placeholder'],
  ])('%s is told as %s and the event counts', async (param, claim) => {
    const { response, body } = await collector.post(thanks(param), visitor())
    expect([response.status, body]).toEqual([202, { status: 'stored', claim, message: expect.any(String) }])
    expect([claims(), events()[0]?.pathname]).toEqual([[], '/thanks'])
  })

  test('a site without revenue attribution gets no claim and no reference', async () => {
    const wire = {
      n: 'pageview',
      u: `https://free.example/t?stripe_session_id=${session}`,
      d: 'free.example',
    }
    const { body } = await collector.post(wire, { ...visitor(), origin: 'https://free.example' })
    expect([body, claims(), events()[0]?.pathname]).toEqual([{ status: 'stored' }, [], '/t'])
  })

  test.each([
    'https://checkout.stripe.com/c/pay/cs_test_x',
    'https://buy.stripe.com/abc',
    'https://www.paypal.com/',
    'https://pay.klarna.com/',
    'https://pay.shop.test/abc',
    'https://shop.example/cart',
    'https://staging.example/',
  ])('%s never takes the credit', async (referrer) => {
    await collector.post({ ...pageview, r: referrer }, visitor())
    expect(events()[0]).toMatchObject({ referrer: '', source: '', channel: 'Direct' })
  })

  test.each([
    ['the session in the address', { u: `https://shop.example/thanks?stripe_session_id=${session}` }, 1],
    ['the provider as referrer', { u: 'https://shop.example/thanks', r: 'https://buy.stripe.com/' }, 0],
  ])('a buyer who returns after the visit ended continues it: %s', async (_case, back, claimed) => {
    collector.clock.now = Date.parse('2026-11-24T11:00:00Z')
    const who = visitor()
    await collector.post({ ...pageview, r: 'https://www.bing.com/' }, who)
    collector.clock.now += 50 * 60_000
    await collector.post({ ...pageview, ...back }, who)
    expect(events()[1]).toMatchObject({ session_id: events()[0]?.session_id, source: 'Bing', pageview_no: 2 })
    expect(claims()).toHaveLength(claimed)
    await collector.post(thanks(`stripe_session_id=${session.replace('a1', 'c3')}`), who)
    expect(claims().at(-1)).toMatchObject({ confidence: 'same_visitor', source: 'Bing' })
  })
})

describe('safe retries', () => {
  const event_id = '0f8fad5b-d9cb-469f-a165-70867728950e'

  test('an event sent again is acknowledged and stored once', async () => {
    const who = { ...visitor(), origin: 'https://shop.example' }
    const first = await collector.post({ ...pageview, event_id }, who)
    const again = await collector.post({ ...pageview, event_id }, who)
    expect(again.body).toEqual(first.body)
    const other = await collector.post({ ...pageview, d: 'other.example', event_id }, who)
    expect(other.response.status).toBe(202)
    expect(events().map((event) => [event.site_id, event.event_id])).toEqual([
      [1, event_id],
      [2, event_id],
    ])
  })

  test('twice in one array is once', async () => {
    const twice = { ...pageview, event_id: event_id.replace('0f', '1f') }
    const { body } = await collector.post([twice, twice], visitor())
    expect([body, events().length]).toEqual([{ status: 'stored', stored: 2 }, 1])
  })

  test('what could not be stored is told so, leaves no trace and can be sent again', async () => {
    const who = visitor()
    const wire = {
      ...pageview,
      u: `https://shop.example/?stripe_session_id=${session}`,
      event_id: event_id.replace('0f', '2f'),
    }
    store.state.full = true
    const { response, body } = await collector.post(wire, who)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(body).toMatchObject({ status: 'dropped', reason: 'overloaded' })
    store.state.full = false
    await collector.post(wire, who)
    expect(events()).toEqual([expect.objectContaining({ event_no: 1, pageview_no: 1 })])
    expect(claims()).toHaveLength(1)
  })

  test('an array that cannot be stored leaves no count', async () => {
    const who = visitor()
    store.state.full = true
    expect((await collector.post([pageview, pageview, pageview], who)).response.status).toBe(503)
    store.state.full = false
    await collector.post(pageview, who)
    expect(events()).toEqual([expect.objectContaining({ event_no: 1, pageview_no: 1 })])
  })
})

describe('paths and methods', () => {
  test.each([
    ['GET', '/nothing', 404],
    ['POST', '/', 404],
    ['GET', '/api/event', 405],
    ['PUT', '/api/event', 405],
    ['POST', '/js/script.js', 405],
    ['GET', '/health', 200],
    ['HEAD', '/health', 200],
    ['GET', '/ready', 200],
  ])('%s %s gives %d', async (method, path, status) => {
    const response = await fetch(`${collector.url}${path}`, { method })
    expect(response.status).toBe(status)
    if (method !== 'HEAD') expect(response.headers.get('content-type')).toBe('application/json')
    if (status === 405) expect(response.headers.get('allow')).toMatch(/OPTIONS/)
    await response.arrayBuffer()
  })
})
