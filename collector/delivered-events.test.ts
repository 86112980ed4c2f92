import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { integer } from '../schema/clickhouse/cell.ts'
import { openTestDatabase, type TestDatabase } from '../schema/clickhouse/database-for-tests.ts'
import { readRows } from '../schema/clickhouse/read-rows.ts'
import { readVisitReference } from '../schema/event/visit-reference.ts'
import {
  addSites,
  type CollectorUnderTest,
  eventually,
  iphone,
  referenceKey,
  removeTemporaryFolders,
  startUnderTest,
} from './collector-for-tests.ts'

let database: TestDatabase
let collector: CollectorUnderTest

const env = { TRUSTED_PROXIES: '127.0.0.1', RATE_IP: '0' }
beforeAll(async () => {
  database = await openTestDatabase()
  await addSites(database, { site_id: 1, domain: 'shop.example', timezone: 'Europe/Berlin' })
  collector = await startUnderTest({ database, env })
})
afterAll(async () => {
  await collector.close()
  await database.close()
  removeTemporaryFolders()
})

const who = { 'x-forwarded-for': '81.2.69.142', 'user-agent': iphone, origin: 'https://shop.example' }
const session = `cs_live_${'a1B2'.repeat(10)}`

function read<Row>(sql: string, row: z.ZodType<Row>): Promise<Row[]> {
  return readRows(database.reader, { sql, row })
}

test('a visit that pays goes from HTTP to the tables, whole', async () => {
  const wire = { n: 'pageview', d: 'shop.example' }
  const first = await collector.post(
    { ...wire, u: 'https://shop.example/a?utm_campaign=spring', r: 'https://www.google.de/' },
    who,
  )
  collector.clock.now += 60_000
  await collector.post(
    { ...wire, u: `https://shop.example/thanks?stripe_session_id=${session}`, r: 'https://buy.stripe.com/' },
    who,
  )
  const { visit } = z.object({ visit: z.string() }).parse(first.body)
  const sessionId = String(readVisitReference(visit, referenceKey))
  const attributes = {
    source: 'Google',
    utm_campaign: 'spring',
    country: 'GB',
    browser: 'Safari',
    device: 'Mobile',
  }

  await eventually(async () => {
    const sessions = await read(
      `SELECT toString(session_id) AS session_id, max(pageviews) AS pageviews, argMaxMerge(exit_page) AS exit_page,
       any(source) AS source, any(utm_campaign) AS utm_campaign, any(country) AS country, any(browser) AS browser,
       any(device) AS device FROM sessions GROUP BY session_id`,
      z.record(z.string(), z.unknown()),
    )
    expect(sessions).toEqual([{ session_id: sessionId, pageviews: 2, exit_page: '/thanks', ...attributes }])
  })
  await eventually(async () => {
    const claims = await read(
      `SELECT stripe_session_id, toString(session_id) AS session_id, confidence, source, utm_campaign, country,
       browser, device FROM payment_claims`,
      z.record(z.string(), z.unknown()),
    )
    expect(claims).toEqual([
      { stripe_session_id: session, session_id: sessionId, confidence: 'same_visit', ...attributes },
    ])
  })
})

test('a restart loses and doubles nothing, and a retry across it is one event', async () => {
  const event_id = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
  const wire = { n: 'Signup', u: 'https://shop.example/b', d: 'shop.example' }
  const address = { ...who, 'x-forwarded-for': '81.2.69.150' }
  for (let sent = 0; sent < 20; sent++) await collector.post(wire, address)
  await collector.post({ ...wire, event_id }, address)
  await collector.close()
  const { folder } = collector
  collector = await startUnderTest({ database, env, folder, at: '2026-11-24T10:05:00Z' })
  await collector.post({ ...wire, event_id }, address)
  await collector.post(wire, address)
  await eventually(async () => {
    const [counted] = await read(
      `SELECT count() AS events, uniqExact(event_id) AS ids, uniqExact(session_id) AS visits, max(event_no) AS last
       FROM events WHERE name = 'Signup'`,
      z.object({ events: integer, ids: integer, visits: integer, last: integer }),
    )
    expect(counted).toEqual({ events: 22, ids: 22, visits: 1, last: 22 })
  })
})

test('no address and no user agent is in any file of the collector', async () => {
  await collector.post({ n: 'pageview', u: 'https://shop.example/c', d: 'shop.example' }, who)
  await collector.close()
  const folder = join(collector.folder, 'collector')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  expect(files.length).toBeGreaterThan(2)
  for (const file of files) {
    const text = readFileSync(join(file.parentPath, file.name)).toString('latin1')
    expect(text).not.toMatch(/81\.2\.69|AppleWebKit/)
  }
})
