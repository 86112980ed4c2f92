import { once } from 'node:events'
import { IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readRows } from '../../../schema/clickhouse/read-rows.ts'
import { live, site as siteAnswer, siteList } from '../../contract/sites.ts'
import { type Browser, refusalOf, startTestDashboard, type TestDashboard } from '../dashboard-for-tests.ts'

let dashboard: TestDashboard
let browser: Browser
beforeAll(async () => {
  dashboard = await startTestDashboard()
  browser = await dashboard.owner()
})
afterAll(() => dashboard.close())

const shop = { domain: 'shop.example', timezone: 'Europe/Berlin', currency: 'EUR' }

async function siteIds(): Promise<Record<string, number>> {
  const rows = await readRows(dashboard.database.writer, {
    sql: 'SELECT site_id, domain FROM sites FINAL',
    row: z.object({ site_id: z.number(), domain: z.string() }),
  })
  return Object.fromEntries(rows.map((row) => [row.domain, row.site_id]))
}

describe('adding', () => {
  test('a site has its snippet at once and a secret of its own', async () => {
    const reply = await browser.send('POST', '/api/sites', shop)
    const site = siteAnswer.parse(reply.body)
    expect(site).toMatchObject({ ...shop, currency: 'eur', timezone_change: null, revenue_attribution: true })
    expect(site.snippet).toBe(
      '<script defer data-domain="shop.example" src="http://127.0.0.1:8001/js/script.js?site=shop.example"></script>',
    )
    expect(site.warnings).toEqual([expect.stringContaining('127.0.0.1:8001')])
    expect(reply.text).not.toMatch(/reference_key|site_id/)
    const [row] = await readRows(dashboard.database.writer, {
      sql: "SELECT reference_key FROM sites FINAL WHERE domain = 'shop.example'",
      row: z.object({ reference_key: z.string() }),
    })
    expect(row?.reference_key).toMatch(/^[0-9a-f]{64}$/)
    expect((await browser.send('GET', '/api/sites/Shop.example')).body).toEqual(reply.body)
  })

  test('a pasted address becomes its domain, and names of zones become the known ones', async () => {
    const pasted = { domain: ' https://www.Other.example/path ', timezone: 'etc/utc', currency: 'jpy' }
    const site = siteAnswer.parse((await browser.send('POST', '/api/sites', pasted)).body)
    expect(site).toMatchObject({ domain: 'other.example', timezone: 'Etc/UTC', currency: 'jpy' })
  })

  test.each([
    ['a domain that exists', shop, 409, 'domain'],
    ['no domain', { ...shop, domain: '' }, 400, 'domain'],
    ['markup as a domain', { ...shop, domain: '"><script>alert(1)</script>' }, 400, 'domain'],
    ['a quote in a domain', { ...shop, domain: "a' OR 1=1 --" }, 400, 'domain'],
    ['dots only', { ...shop, domain: '..' }, 400, 'domain'],
    ['a long domain', { ...shop, domain: `${'a'.repeat(300)}.example` }, 400, 'domain'],
    ['an unknown zone', { ...shop, domain: 'new.example', timezone: 'Mars/Base' }, 400, 'timezone'],
    ['a hostile zone', { ...shop, domain: 'new.example', timezone: "UTC' OR sleep(3) --" }, 400, 'timezone'],
    ['an unknown currency', { ...shop, domain: 'new.example', currency: 'zzz' }, 400, 'currency'],
    ['a symbol as a currency', { ...shop, domain: 'new.example', currency: '€' }, 400, 'currency'],
    ['numbers', { domain: 1, timezone: 2, currency: 3 }, 400, 'domain'],
    ['a field that does not exist', { ...shop, domain: 'new.example', foo: 1 }, 400, 'foo'],
  ])('%s is refused with the field named, and nothing is added', async (_, body, status, field) => {
    const before = await siteIds()
    const reply = await browser.send('POST', '/api/sites', body)
    expect(reply.status).toBe(status)
    expect(Object.keys(refusalOf(reply).fields)).toContain(field)
    expect(await siteIds()).toEqual(before)
  })

  test('many at once get one id each, and one domain is given once', async () => {
    const bodies = Array.from({ length: 12 }, (_, index) => ({ ...shop, domain: `many${index % 6}.example` }))
    const replies = await Promise.all(bodies.map((body) => browser.send('POST', '/api/sites', body)))
    expect(replies.map((reply) => reply.status).sort()).toEqual([
      ...Array<number>(6).fill(200),
      ...Array<number>(6).fill(409),
    ])
    const ids = Object.values(await siteIds()).sort((a, b) => a - b)
    expect(ids).toEqual(ids.map((_, index) => index + 1))
  })
})

describe('the host of the request', () => {
  const srcFor = async (host: string) => {
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const asked = request(`${dashboard.origin}/api/sites/shop.example`, { headers: { host, cookie } })
    const answered = once(asked.end(), 'response')
    const [response] = z.tuple([z.instanceof(IncomingMessage)]).parse(await answered)
    return /src="([^?]*)/.exec(siteAnswer.parse(JSON.parse(await text(response))).snippet)?.[1]
  }

  test.each([
    ['stats.shop.example', 'http://stats.shop.example:8001/js/script.js'],
    ['Stats_1.example:8443', 'http://Stats_1.example:8001/js/script.js'],
    ['[::1]:8000', 'http://[::1]:8001/js/script.js'],
    ['a"b', 'http://localhost:8001/js/script.js'],
    ["a'onload=x", 'http://localhost:8001/js/script.js'],
  ])('%s is where the snippet points, if it can be one', async (host, src) => {
    expect(await srcFor(host)).toBe(src)
  })
})

describe('changing', () => {
  test('what was written is read back by the next request', async () => {
    const patch = {
      currency: 'GBP',
      hosts: ['staging.shop.example'],
      payment_link_hosts: ['pay.shop.example', 'kasse.shop.example'],
      honour_gpc: true,
      revenue_attribution: false,
    }
    expect((await browser.send('PATCH', '/api/sites/shop.example', patch)).status).toBe(200)
    const site = siteAnswer.parse((await browser.send('GET', '/api/sites/shop.example')).body)
    expect(site).toMatchObject({ ...patch, currency: 'gbp' })
    expect(site.snippet).toContain('data-pay-hosts="pay.shop.example,kasse.shop.example"')
  })

  test('a new time zone waits for the local midnight, and can be taken back', async () => {
    const change = async (timezone: string) =>
      siteAnswer.parse((await browser.send('PATCH', '/api/sites/shop.example', { timezone })).body)
    expect(await change('America/New_York')).toMatchObject({
      timezone: 'Europe/Berlin',
      timezone_change: { timezone: 'America/New_York', from: '2026-11-24T23:00:00.000Z' },
    })
    expect(await change('Europe/Berlin')).toMatchObject({ timezone: 'Europe/Berlin', timezone_change: null })
    await change('Asia/Tokyo')
    dashboard.clock.ms = Date.parse('2026-11-24T23:00:01Z')
    browser = await dashboard.owner()
    const after = siteAnswer.parse((await browser.send('GET', '/api/sites/shop.example')).body)
    expect(after).toMatchObject({ timezone: 'Asia/Tokyo', timezone_change: null })
  })

  test.each([
    ['an unknown zone', { timezone: 'Nowhere' }, 'timezone'],
    ['an unknown currency', { currency: 'qqq' }, 'currency'],
    ['markup as a host', { payment_link_hosts: ['"><img src=x>'] }, 'payment_link_hosts.0'],
    ['dots as a host', { payment_link_hosts: ['..'] }, 'payment_link_hosts.0'],
    ['a hyphen as a host', { hosts: ['shop.example:8080', '-'] }, 'hosts.1'],
    ['a misspelt field', { timezon: 'UTC' }, 'timezon'],
    ['no field at all', {}, 'body'],
  ])('%s is refused with the field named', async (_, patch, field) => {
    const reply = await browser.send('PATCH', '/api/sites/shop.example', patch)
    expect([reply.status, Object.keys(refusalOf(reply).fields)]).toEqual([400, [field]])
  })

  test('a site that does not exist is not made by a change', async () => {
    expect((await browser.send('PATCH', '/api/sites/none.example', { honour_gpc: true })).status).toBe(404)
    expect((await browser.send('DELETE', '/api/sites/none.example')).status).toBe(404)
    expect((await browser.send('GET', '/api/sites/none.example')).status).toBe(404)
  })
})

describe('traffic', () => {
  const event = (at: string, visitor: number, siteId: number) => ({
    site_id: siteId,
    day: at.slice(0, 10),
    name: 'pageview',
    visitor_id: String(visitor),
    session_id: String((BigInt(Date.parse(`${at.replace(' ', 'T')}Z`)) << 20n) + BigInt(visitor)),
    received_at: at,
    event_id: crypto.randomUUID(),
    event_no: 1,
    pageview_no: 1,
    interaction_no: 1,
  })

  test('live says who is there and what was dropped, and the list shows 14 days', async () => {
    dashboard.clock.ms = Date.parse('2026-11-25T12:00:00Z')
    browser = await dashboard.owner()
    const siteId = (await siteIds())['other.example'] ?? 0
    const empty = live.parse((await browser.send('GET', '/api/sites/other.example/live')).body)
    expect(empty).toEqual({
      visitors_now: 0,
      first_event_at: null,
      last_event_at: null,
      dropped: [],
      unknown_site: null,
    })
    await dashboard.database.writer.insert({
      table: 'events',
      format: 'JSONEachRow',
      values: [
        event('2026-11-10 09:00:00.000', 1, siteId),
        event('2026-11-12 09:00:00.000', 2, siteId),
        event('2026-11-25 11:50:00.000', 3, siteId),
        event('2026-11-25 11:57:00.000', 4, siteId),
        event('2026-11-25 11:58:00.000', 5, siteId),
      ],
    })
    const drop = (reason: string, day: string, count: number, run: number) => ({
      site_id: siteId,
      day,
      reason,
      run_id: String(run),
      count: String(count),
      last_at: `${day} 08:00:00.000`,
    })
    await dashboard.database.writer.insert({
      table: 'dropped',
      format: 'JSONEachRow',
      values: [
        drop('bot', '2026-11-25', 3, 1),
        drop('bot', '2026-11-25', 5, 1),
        drop('bot', '2026-11-24', 2, 2),
        drop('spam_referrer', '2026-11-20', 1, 1),
        drop('bot', '2026-11-18', 100, 1),
        { ...drop('unknown_site', '2026-11-25', 4, 1), site_id: 0 },
        { ...drop('unknown_site', '2026-11-24', 2, 1), site_id: 0 },
        { ...drop('unknown_site', '2026-11-23', 100, 1), site_id: 0 },
      ],
    })
    const seen = live.parse((await browser.send('GET', '/api/sites/other.example/live')).body)
    expect(seen).toMatchObject({
      visitors_now: 2,
      first_event_at: '2026-11-10T09:00:00.000Z',
      last_event_at: '2026-11-25T11:58:00.000Z',
      unknown_site: {
        count: 6,
        last_at: '2026-11-25T08:00:00.000Z',
        text: expect.stringContaining('data-domain'),
      },
    })
    expect(seen.dropped.map(({ reason, count }) => [reason, count])).toEqual([
      ['bot', 7],
      ['spam_referrer', 1],
    ])
    const list = siteList.parse((await browser.send('GET', '/api/sites')).body)
    const item = list.sites.find((site) => site.domain === 'other.example')
    expect(item?.visitors_today).toBe(3)
    expect(item?.trend).toEqual([1, ...Array<number>(12).fill(0), 3])
  })
})

describe('deleting', () => {
  const domain = 'other.example'
  const column = z.object({ table: z.string() })
  let tables: string[]
  beforeAll(async () => {
    const rows = await readRows(dashboard.database.writer, {
      sql: `SELECT DISTINCT table FROM system.columns
            WHERE database = currentDatabase() AND name = 'site_id' AND table NOT LIKE '%_from_events'`,
      row: column,
    })
    tables = rows.map((row) => row.table).filter((table) => table !== 'sites')
  })

  async function write(id: number): Promise<void> {
    // with times of their own, since the oldest rows of some tables are removed by themselves
    const at = '2026-11-24 10:00:00'
    const inserts = tables.map((table) =>
      dashboard.database.writer.insert({
        table,
        values: [{ site_id: id, day: '2026-11-24', at, started_at: at }],
        format: 'JSONEachRow',
        clickhouse_settings: { input_format_skip_unknown_fields: 1 },
      }),
    )
    await Promise.all(inserts)
  }

  async function tablesWith(id: number): Promise<string[]> {
    const counts = tables.map(async (table) => {
      const found = await readRows(dashboard.database.writer, {
        sql: 'SELECT {table:String} AS table FROM {table:Identifier} WHERE site_id = {id:UInt32} LIMIT 1',
        params: { table, id: id },
        row: column,
      })
      return found.map((row) => row.table)
    })
    return (await Promise.all(counts)).flat()
  }

  async function unassigned(): Promise<string[]> {
    const rows = await readRows(dashboard.database.writer, {
      sql: 'SELECT payment_id FROM unassigned_payments ORDER BY payment_id',
      row: z.object({ payment_id: z.string() }),
    })
    return rows.map((row) => row.payment_id)
  }

  test('removes every row and key, gives the id to no one, and sweeps what comes late', async () => {
    const ids = await siteIds()
    const siteId = ids[domain] ?? 0
    const other = ids['shop.example'] ?? 0
    await write(siteId)
    await write(other)
    expect(await tablesWith(siteId)).toEqual(tables)
    expect(tables).toEqual(expect.arrayContaining(['refunds', 'traffic_daily', 'exposures', 'stripe_reads']))
    await dashboard.database.writer.insert({
      table: 'unassigned_payments',
      values: [
        { payment_id: 'cs_of_it_alone', site_ids: [siteId] },
        { payment_id: 'cs_of_both', site_ids: [other, siteId] },
      ],
      format: 'JSONEachRow',
    })
    expect((await browser.send('DELETE', `/api/sites/${domain}`)).status).toBe(200)
    expect((await browser.send('GET', `/api/sites/${domain}`)).status).toBe(404)
    expect(await tablesWith(siteId)).toEqual([])
    expect(await tablesWith(other)).toEqual(tables)
    expect(await unassigned()).toEqual(['cs_of_both'])

    const again = await browser.send('POST', '/api/sites', { ...shop, domain })
    expect(again.status).toBe(200)
    expect((await siteIds())[domain]).toBeGreaterThan(siteId)

    await write(siteId)
    await dashboard.restart()
    await expect.poll(() => tablesWith(siteId), { timeout: 20_000 }).toEqual([])
  })

  test('the sweep changes no table that holds nothing of a deleted site', async () => {
    const mutations = async () => {
      const [row] = await readRows(dashboard.database.writer, {
        sql: 'SELECT count() AS mutations FROM system.mutations WHERE database = currentDatabase()',
        row: z.object({ mutations: z.coerce.number() }),
      })
      return row?.mutations
    }
    const before = await mutations()
    await dashboard.restart()
    await dashboard.restart()
    expect(await mutations()).toBe(before)
  })
})
