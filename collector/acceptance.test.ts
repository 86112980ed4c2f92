import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestDatabase } from '../schema/clickhouse/database-for-tests.ts'
import type { AcceptedRows } from './accepted-rows.ts'
import {
  addSites,
  type CollectorUnderTest,
  chrome,
  memoryStore,
  openTestDatabase,
  removeTemporaryFolders,
  startUnderTest,
} from './collector-for-tests.ts'

let database: TestDatabase
let collector: CollectorUnderTest
const rows: AcceptedRows[] = []

beforeAll(async () => {
  database = await openTestDatabase()
  await addSites(database, { site_id: 1, domain: 'shop.example' }, { site_id: 2, domain: 'other.example' })
  collector = await startUnderTest({
    database,
    openStore: memoryStore(rows).open,
    env: { TRUSTED_PROXIES: '127.0.0.1', RATE_IP: '0' },
  })
})
afterAll(async () => {
  await collector.close()
  await database.close()
  removeTemporaryFolders()
})

const pageview = { n: 'pageview', u: 'https://shop.example/a?x=1', d: 'shop.example', r: null, w: 1280, h: 0 }

test('a pageview of the Plausible tracker is stored with what is known of it', async () => {
  const { response, body } = await collector.post(pageview, {
    'x-forwarded-for': '81.2.69.142',
    origin: 'https://shop.example',
  })
  expect(response.status).toBe(202)
  expect(body).toEqual({ status: 'stored', visit: expect.stringMatching(/^rt_[\w-]{27}$/) })
  expect(rows.at(-1)?.events[0]).toMatchObject({
    site_id: 1,
    pathname: '/a',
    country: 'GB',
    browser: 'Chrome',
  })
})
