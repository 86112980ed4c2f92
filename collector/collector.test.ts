import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { integer } from '../schema/clickhouse/cell.ts'
import { openTestDatabase, type TestDatabase } from '../schema/clickhouse/database-for-tests.ts'
import { readRows } from '../schema/clickhouse/read-rows.ts'
import { HopelessError } from '../schema/process/run-child.ts'
import type { AcceptedRows } from './accepted-rows.ts'
import {
  addSites,
  type CollectorUnderTest,
  chrome,
  eventually,
  memoryStore,
  removeTemporaryFolders,
  siteCells,
  startUnderTest,
  temporaryFolder,
  type UnderTestOptions,
} from './collector-for-tests.ts'

let database: TestDatabase
const started: CollectorUnderTest[] = []
const nowhere = 'http://127.0.0.1:9'

async function start(options: Partial<UnderTestOptions> = {}): Promise<CollectorUnderTest> {
  const collector = await startUnderTest({
    database,
    openStore: memoryStore().open,
    ...options,
    env: { TRUSTED_PROXIES: '127.0.0.1', ...options.env },
  })
  started.push(collector)
  return collector
}

beforeAll(async () => {
  database = await openTestDatabase()
  await addSites(
    database,
    { site_id: 1, domain: 'shop.example' },
    { site_id: 2, domain: 'berlin.example', timezone: 'Europe/Berlin' },
  )
})
afterEach(async () => {
  await Promise.all(started.splice(0).map((collector) => collector.close()))
})
afterAll(async () => {
  await database.close()
  removeTemporaryFolders()
})

const pageview = { n: 'pageview', u: 'https://shop.example/a', d: 'shop.example' }
const berlin = { n: 'pageview', u: 'https://berlin.example/a', d: 'berlin.example' }
const who = { 'x-forwarded-for': '81.2.69.142' }
const session = `cs_live_${'a1B2'.repeat(10)}`

describe('sites', () => {
  test('a new and a deleted site are known within seconds', async () => {
    const collector = await start()
    const wire = { ...pageview, d: 'new.example' }
    expect((await collector.post(wire)).body).toMatchObject({ reason: 'unknown_site' })
    const site = siteCells({ site_id: 9, domain: 'new.example' })
    await database.writer.insert({ table: 'sites', values: [site], format: 'JSONEachRow' })
    await eventually(async () =>
      expect((await collector.post(wire)).body).toMatchObject({ status: 'stored' }),
    )
    const deleted = { ...site, deleted: true, version: '2' }
    await database.writer.insert({ table: 'sites', values: [deleted], format: 'JSONEachRow' })
    await eventually(async () =>
      expect((await collector.post(wire)).body).toMatchObject({ reason: 'unknown_site' }),
    )
  })

  test('without ClickHouse and without a snapshot no site is called unknown', async () => {
    const collector = await start({ clickhouseUrl: nowhere })
    const { response, body } = await collector.post(pageview)
    expect([response.status, body]).toEqual([503, expect.objectContaining({ reason: 'overloaded' })])
    expect(response.headers.get('retry-after')).toBe('5')
    expect((await fetch(`${collector.url}/ready`)).status).toBe(503)
    expect((await fetch(`${collector.url}/health`)).status).toBe(200)
  })

  test('without ClickHouse the snapshot of the last run is used', async () => {
    const first = await start()
    const before = memoryStore()
    await first.close()
    const { folder } = first
    const collector = await start({ folder, clickhouseUrl: nowhere, openStore: before.open })
    expect((await collector.post(pageview)).body).toMatchObject({ status: 'stored' })
    expect((await collector.post({ ...pageview, d: 'nobody.example' })).body).toMatchObject({
      reason: 'unknown_site',
    })
  })

  test('a ClickHouse that hangs holds up neither the start nor the close', async () => {
    const first = await start()
    await first.close()
    const hanging = createServer(() => {}).listen(0, '127.0.0.1')
    await once(hanging, 'listening')
    const address = z.object({ port: z.number() }).parse(hanging.address())
    const clickhouseUrl = `http://127.0.0.1:${address.port}`
    const collector = await start({ folder: first.folder, clickhouseUrl })
    expect((await collector.post(pageview)).body).toMatchObject({ status: 'stored' })
    await collector.close()
    hanging.close()
  })

  test('a damaged snapshot is no list', async () => {
    const folder = temporaryFolder()
    const first = await start({ folder })
    await first.close()
    writeFileSync(join(folder, 'collector', 'sites.json'), '[{"site_id":1')
    const collector = await start({ folder, clickhouseUrl: nowhere })
    expect((await collector.post(pageview)).body).toMatchObject({ reason: 'overloaded' })
  })
})

describe('visits across days and restarts', () => {
  test('a visit that runs across the site’s midnight keeps its ids; the next visit has others', async () => {
    const rows: AcceptedRows[] = []
    // 23:50 in Berlin.
    const collector = await start({ openStore: memoryStore(rows).open, at: '2026-11-24T22:50:00Z' })
    const events = () => rows.flatMap((accepted) => accepted.events)
    for (let step = 0; step < 4; step++) {
      await collector.post(berlin, who)
      collector.clock.now += 15 * 60_000
    }
    expect(new Set(events().map((event) => event.session_id)).size).toBe(1)
    expect(events().map((event) => [event.day, event.pageview_no])).toEqual(
      [1, 2, 3, 4].map((no) => [20_781, no]),
    )
    collector.clock.now += 60 * 60_000
    await collector.post(berlin, who)
    expect(events().at(-1)).toMatchObject({ day: 20_782, pageview_no: 1 })
    expect(events().at(-1)?.visitor_id).not.toBe(events()[0]?.visitor_id)
  })

  test('a buyer who pays across midnight keeps the visit that earned it', async () => {
    const rows: AcceptedRows[] = []
    const collector = await start({ openStore: memoryStore(rows).open, at: '2026-11-24T22:10:00Z' })
    await collector.post({ ...berlin, r: 'https://duckduckgo.com/' }, who)
    collector.clock.now += 90 * 60_000
    await collector.post({ ...berlin, u: `https://berlin.example/thanks?stripe_session_id=${session}` }, who)
    expect(rows.flatMap((accepted) => accepted.claims)).toEqual([
      expect.objectContaining({ day: 20_781, confidence: 'same_visitor', source: 'DuckDuckGo' }),
    ])
  })

  test('midnight of one zone is no midnight of another', async () => {
    const rows: AcceptedRows[] = []
    const collector = await start({ openStore: memoryStore(rows).open, at: '2026-11-24T23:30:00Z' })
    await collector.post(pageview, who)
    await collector.post(berlin, who)
    expect(rows.flatMap((accepted) => accepted.events.map((event) => event.day))).toEqual([20_781, 20_782])
  })

  test('after a restart visits go on from what the journal holds, and retries are known', async () => {
    const rows: AcceptedRows[] = []
    const first = await start({ openStore: memoryStore(rows).open })
    const event_id = '0f8fad5b-d9cb-469f-a165-70867728950e'
    await first.post({ ...pageview, r: 'https://www.bing.com/', event_id }, who)
    await first.post({ ...pageview, u: `https://shop.example/t?stripe_session_id=${session}` }, who)
    await first.close()

    const { folder } = first
    const second = await start({ openStore: memoryStore(rows).open, folder, at: '2026-11-24T10:10:00Z' })
    await second.post({ ...pageview, event_id }, who)
    await second.post({ ...pageview, u: `https://shop.example/t?stripe_session_id=${session}` }, who)
    const events = rows.flatMap((accepted) => accepted.events)
    expect(events.map((event) => event.event_no)).toEqual([1, 2, 3])
    expect(new Set(events.map((event) => `${event.session_id} ${event.source}`)).size).toBe(1)
    expect(rows.flatMap((accepted) => accepted.claims)).toHaveLength(1)
  })

  test('after a restart visits go on from what ClickHouse holds, ended ones too', async () => {
    const rows: AcceptedRows[] = []
    const first = await start({ openStore: memoryStore(rows).open, at: '2026-11-24T10:00:00Z' })
    await first.post({ ...pageview, r: 'https://www.qwant.com/' }, who)
    await first.close()
    const [event] = rows.flatMap((accepted) => accepted.events)
    if (!event) throw new Error('nothing was stored')
    const cells = {
      ...event,
      day: '2026-11-24',
      received_at: '2026-11-24 10:00:00.000',
      visitor_id: String(event.visitor_id),
      session_id: String(event.session_id),
    }
    await database.writer.insert({ table: 'events', values: [cells], format: 'JSONEachRow' })

    const later: AcceptedRows[] = []
    const { folder } = first
    const second = await start({ openStore: memoryStore(later).open, folder, at: '2026-11-24T10:20:00Z' })
    await second.post({ ...pageview, u: 'https://shop.example/b' }, who)
    const { session_id, visitor_id } = event
    expect(later[0]?.events).toEqual([
      expect.objectContaining({
        session_id,
        visitor_id,
        entry_page: '/a',
        source: 'Qwant',
        country: 'GB',
        pageview_no: 2,
      }),
    ])
    await second.close()

    const third = await start({ openStore: memoryStore(later).open, folder, at: '2026-11-24T15:00:00Z' })
    await third.post({ ...pageview, u: `https://shop.example/t?stripe_session_id=${session}` }, who)
    expect(later.at(-1)?.claims).toEqual([
      expect.objectContaining({ session_id, confidence: 'same_visitor' }),
    ])
  })
})

describe('limits and counts', () => {
  test('an address may send a burst and is then told to wait', async () => {
    const collector = await start({ env: { RATE_IP: '1/3' } })
    const statuses = []
    for (let sent = 0; sent < 5; sent++) statuses.push((await collector.post(pageview, who)).response.status)
    expect(statuses).toEqual([202, 202, 202, 429, 429])
    expect((await collector.post(pageview, { 'x-forwarded-for': '81.2.69.143' })).response.status).toBe(202)
    collector.clock.now += 1_000
    expect((await collector.post(pageview, who)).response.status).toBe(202)
  })

  test('a site may have a limit of its own', async () => {
    const collector = await start({ env: { RATE_IP: '0', RATE_SITE: '1/2' } })
    const { body } = await collector.post([pageview, pageview, pageview, berlin], who)
    expect(body).toMatchObject({ stored: 3, dropped: [{ index: 2, reason: 'rate_limited' }] })
  })

  test('every drop is counted by site, local day and reason, the last ones at the close', async () => {
    const own = await openTestDatabase()
    await addSites(
      own,
      { site_id: 1, domain: 'shop.example' },
      { site_id: 2, domain: 'berlin.example', timezone: 'Europe/Berlin' },
    )
    const collector = await start({ database: own, at: '2026-11-24T23:30:00Z' })
    await collector.post('{', who)
    await collector.post({ ...pageview, d: 'nobody.example' }, who)
    await collector.post({ d: 'shop.example' }, who)
    for (let sent = 0; sent < 3; sent++) await collector.post(berlin, { ...who, 'user-agent': 'curl/8.5.0' })
    await collector.post(
      { ...pageview, u: 'https://shop.example/?stripe_session_id={CHECKOUT_SESSION_ID}' },
      who,
    )
    const read = () =>
      readRows(own.reader, {
        sql: `SELECT site_id, toString(day) AS day, reason, sum(count) AS total FROM dropped FINAL
              GROUP BY ALL ORDER BY site_id, reason`,
        row: z.object({ site_id: z.number(), day: z.string(), reason: z.string(), total: integer }),
      })
    const counts = [
      { site_id: 0, day: '2026-11-24', reason: 'invalid', total: 1 },
      { site_id: 0, day: '2026-11-24', reason: 'unknown_site', total: 1 },
      { site_id: 1, day: '2026-11-24', reason: 'claim_placeholder', total: 1 },
      { site_id: 1, day: '2026-11-24', reason: 'invalid', total: 1 },
      { site_id: 2, day: '2026-11-25', reason: 'bot', total: 3 },
    ]
    await eventually(async () => expect(await read()).toEqual(counts))
    await collector.post('{', who)
    await collector.close()
    expect((await read())[0]).toMatchObject({ reason: 'invalid', total: 2 })
    await own.close()
  })
})

describe('addresses', () => {
  test.each([
    ['a trusted proxy', '127.0.0.1', 'GB'],
    ['a stranger', '10.0.0.0/8', ''],
  ])('a forwarded address from %s', async (_who, trusted, country) => {
    const rows: AcceptedRows[] = []
    const collector = await start({ openStore: memoryStore(rows).open, env: { TRUSTED_PROXIES: trusted } })
    await collector.post(pageview, who)
    await collector.post(pageview, { 'x-forwarded-for': '8.8.8.8, 81.2.69.142' })
    expect(rows.map((accepted) => accepted.events[0]?.country)).toEqual([country, country])
    expect(rows[0]?.events[0]?.visitor_id).toBe(rows[1]?.events[0]?.visitor_id)
  })

  test('of two header lines the proxy’s, which is the last, counts', async () => {
    const rows: AcceptedRows[] = []
    const collector = await start({ openStore: memoryStore(rows).open })
    const body = JSON.stringify(pageview)
    const head = `POST /api/event HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nUser-Agent: Mozilla/5.0 (X11; Linux) Firefox/132.0\r\nX-Forwarded-For: 8.8.8.8\r\nX-Forwarded-For: 81.2.69.142\r\nContent-Length: ${body.length}\r\n\r\n`
    expect(await exchange(collector.port, head + body)).toMatch(/^HTTP\/1.1 202 /)
    expect(rows[0]?.events[0]?.country).toBe('GB')
  })

  test.each([
    ['/nowhere.mmdb', /GEOIP_DB .*\/nowhere\.mmdb: there is no such file\. Set it/],
    [import.meta.filename, /GEOIP_DB .*collector\.test\.ts: .* Set it/],
  ])(
    'a database of places that cannot be read, %s, is told and no restart tries it again',
    async (file, told) => {
      const failed = start({ env: { GEOIP_DB: file } })
      await expect(failed).rejects.toThrow(HopelessError)
      await expect(failed).rejects.toThrow(told)
    },
  )
})

/** Sends bytes and gives what comes back until the answer or the end of the connection. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.on('data', (data) => {
      text += data.toString('latin1')
      socket.end()
    })
    socket.on('error', () => resolve(text))
    socket.on('close', () => resolve(text))
  })
}

describe('the connection', () => {
  test.each([
    ['garbage', '\u0016\u0003\u0001\r\n\r\n'],
    ['an unknown version', 'GET / HTTP/3.0\r\nHost: x\r\n\r\n'],
    ['a header without end', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['a negative length', 'POST /api/event HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
  ])('%s does not stop the collector', async (_case, bytes) => {
    const collector = await start()
    expect(await exchange(collector.port, bytes)).not.toMatch(/ 202 /)
    expect((await collector.post(pageview, who)).response.status).toBe(202)
  })

  test('a body in many pieces is read whole', async () => {
    const rows: AcceptedRows[] = []
    const collector = await start({ openStore: memoryStore(rows).open })
    const many = Array.from({ length: 400 }, (_, index) => ({
      ...pageview,
      u: `https://shop.example/${index}/${'x'.repeat(60)}`,
    }))
    const { body } = await collector.post(many, who)
    expect(body).toMatchObject({ stored: 400 })
  })

  test('a body without a length is read to its end', async () => {
    const rows: AcceptedRows[] = []
    const collector = await start({ openStore: memoryStore(rows).open })
    const text = JSON.stringify(pageview)
    const pieces = [text.slice(0, 20), text.slice(20)].map(
      (piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`,
    )
    const head = `POST /api/event HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nUser-Agent: ${chrome}\r\nTransfer-Encoding: chunked\r\n\r\n`
    expect(await exchange(collector.port, `${head}${pieces.join('')}0\r\n\r\n`)).toMatch(/ 202 Accepted/)
    expect(rows).toHaveLength(1)
  })

  test('a body of megabytes is cut off', async () => {
    const collector = await start()
    const head =
      'POST /api/event HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 8000000\r\n\r\n'
    expect(await exchange(collector.port, head + 'x'.repeat(2_000_000))).toMatch(/^(HTTP\/1.1 413 .*)?$/s)
    expect((await collector.post(pageview, who)).response.status).toBe(202)
  })

  test('a client that leaves in the middle changes nothing', async () => {
    const rows: AcceptedRows[] = []
    const collector = await start({ openStore: memoryStore(rows).open })
    const socket = connect(collector.port, '127.0.0.1')
    socket.write(
      'POST /api/event HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\nContent-Type: text/plain\r\n\r\n{"n":',
    )
    socket.destroySoon()
    await new Promise((resolve) => socket.once('close', resolve))
    await collector.post(pageview, who)
    expect(rows).toHaveLength(1)
  })

  test('a close answers what was received, cuts the rest and frees the port', async () => {
    const gate = Promise.withResolvers<void>()
    const memory = memoryStore()
    const collector = await start({
      openStore: async (options) => {
        const store = await memory.open(options)
        return { ...store, append: async (rows) => gate.promise.then(() => store.append(rows)) }
      },
    })
    const answered = collector.post(pageview, who)
    const half = connect(collector.port, '127.0.0.1')
    half.on('error', () => {})
    half.write('POST /api/event HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{')
    const cut = new Promise((resolve) => half.once('close', resolve))
    await eventually(() => expect(half.bytesWritten).toBeGreaterThan(0))
    await fetch(`${collector.url}/health`)
    const closing = collector.close()
    gate.resolve()
    expect((await answered).response.status).toBe(202)
    await closing
    await cut
    await expect(fetch(`${collector.url}/health`)).rejects.toThrow()
  })

  test('a taken port is refused', async () => {
    const collector = await start()
    await expect(start({ port: collector.port })).rejects.toThrow(/taken/)
  })
})

describe('the tracking script', () => {
  const dist = new URL('./script/dist/script.js', import.meta.url)
  test('is served compressed, cacheable and revalidated', async () => {
    const collector = await start()
    const source = readFileSync(dist)
    const get = (headers: Record<string, string>) =>
      fetch(`${collector.url}/js/script.js?site=shop.example`, { headers })
    const plain = await get({ 'accept-encoding': 'identity' })
    expect(Buffer.from(await plain.arrayBuffer())).toEqual(source)
    expect(Object.fromEntries(plain.headers)).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=300',
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    })
    const tags = new Set([plain.headers.get('etag')])
    for (const encoding of ['br', 'gzip']) {
      const packed = await get({ 'accept-encoding': `${encoding}, *;q=0` })
      expect(packed.headers.get('content-encoding')).toBe(encoding)
      expect(Buffer.from(await packed.arrayBuffer())).toEqual(source)
      const etag = packed.headers.get('etag') ?? ''
      expect(etag).toMatch(/^"[\w-]+"$/)
      tags.add(etag)
      const again = await get({ 'accept-encoding': encoding, 'if-none-match': `"old", ${etag}` })
      expect([again.status, await again.text()]).toEqual([304, ''])
    }
    expect(tags.size).toBe(3)
    const refused = await get({ 'accept-encoding': 'br;q=0, gzip;q=0' })
    expect(refused.headers.get('content-encoding')).toBeNull()
  })
})
