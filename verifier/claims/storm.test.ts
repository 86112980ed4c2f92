import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import { openWorld, type Shop, type World } from '../world-for-tests.ts'

let world: World
let verifier: Awaited<ReturnType<World['start']>>

beforeAll(async () => {
  world = await openWorld()
  verifier = await world.start({ missesPerDay: 20, bulkGapMs: 500, pollMs: 30 })
})
afterAll(async () => {
  await verifier.close()
  await world.close()
})

const forged = (shop: Shop, count: number) =>
  Array.from({ length: count }, (_, index) => `cs_test_a1Forged${shop.site_id}x${'0'.repeat(20)}${index}`)

async function counts(shop: Shop): Promise<Record<string, number>> {
  const rows = await readRows(world.database.writer, {
    sql: `SELECT toString(state) AS state, toUInt32(count()) AS claims FROM claim_states FINAL
          WHERE site_id = {site_id:UInt32} AND next_attempt_at IS NULL GROUP BY state`,
    params: { site_id: shop.site_id },
    row: z.object({ state: z.string(), claims: z.number() }),
  })
  return Object.fromEntries(rows.map(({ state, claims }) => [state, claims]))
}

const ends = { timeout: 25_000, interval: 100 }

test('thousands of made-up ids cost a site its budget, and another site of the account no time', async () => {
  const victim = await world.shop()
  const other = await world.shop({ account: victim.account })
  const sale = victim.sale({ amount: 500 })
  await victim.claimAll([...forged(victim, 3000), sale.id])
  await vi.waitFor(async () => expect(victim.calls()).toBeGreaterThan(5), ends)
  const own = other.sale({ amount: 700, success_url: `https://shop-${other.site_id}.example/thanks` })
  await other.claim(own.id)
  await vi.waitFor(async () => expect(await other.state(own.id)).toMatchObject({ state: 'paid' }), ends)
  // The lists are sure of what was made a minute ago, and those that were asked about have a second check by then.
  await vi.waitFor(async () => {
    world.travel(10_000)
    expect(await counts(victim)).toEqual({ not_found: 3000, paid: 1 })
  }, ends)
  const asked = world.double.requests.filter((request) => request.path.includes('Forged'))
  expect(asked.length).toBeLessThan(400)
  expect((await victim.payments()).map((row) => row.amount)).toEqual([500])
}, 60_000)

test('a site over its budget still has its real payments looked up', async () => {
  const shop = await world.shop()
  for (const id of forged(shop, 30)) await shop.claim(id)
  await vi.waitFor(async () => expect((await shop.states()).length).toBe(30), ends)
  world.travel(60_000)
  await vi.waitFor(async () => expect(await counts(shop)).toEqual({ not_found: 30 }), ends)
  const sale = shop.sale({ amount: 900 })
  await shop.claim(sale.id, { source: 'Google' })
  await vi.waitFor(async () => expect(await shop.state(sale.id)).toMatchObject({ state: 'paid' }), ends)
  expect(await shop.payments()).toMatchObject([{ amount: 900, source: 'Google' }])
  const reads = await readRows(world.database.writer, {
    sql: `SELECT sum(latest) AS misses FROM (SELECT max(misses) AS latest FROM stripe_reads WHERE site_id = {site_id:UInt32} GROUP BY day, run_id)`,
    params: { site_id: shop.site_id },
    row: z.object({ misses: z.coerce.number() }),
  })
  expect(reads[0]?.misses).toBeGreaterThanOrEqual(20)
}, 60_000)

test('a backlog is settled from the list of sessions, a hundred a request', async () => {
  const shop = await world.shop({ connected: false })
  const sales = Array.from({ length: 1500 }, (_, index) => shop.sale({ amount: 100 + index }))
  await shop.claimAll(sales.map((sale) => sale.id))
  await shop.connect(shop.account.keys.test.restricted)
  await vi.waitFor(async () => expect(await counts(shop)).toEqual({ paid: 1500 }), ends)
  // 15 pages would do; claims that are taken up singly before the backlog shows cost one call each, more on a slow machine.
  expect(shop.calls()).toBeLessThan(500)
  expect(await shop.payments()).toHaveLength(1500)
}, 60_000)
