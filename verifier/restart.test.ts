import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openWorld, type World } from './world-for-tests.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

async function startChild() {
  const child = fork(join(import.meta.dirname, 'verifier-child-for-tests.ts'), { execArgv: [] })
  child.send({ environment: world.environment, clickhouse: world.database.address })
  await once(child, 'message')
  return {
    kill: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

test('killed again and again, it counts every payment once', async () => {
  const shop = await world.shop()
  const sales = Array.from({ length: 60 }, (_, index) => shop.sale({ amount: 1000 + index }))
  for (const sale of sales) await shop.claims(sale.id, [{}, {}])
  const states = async (state: string) => (await shop.states()).filter((row) => row.state === state).length
  for (const goal of [1, 20, 40]) {
    const child = await startChild()
    await vi.waitFor(async () => expect((await states('paid')) >= goal).toBe(true), {
      timeout: 10_000,
      interval: 5,
    })
    await child.kill()
  }
  const verifier = await world.start()
  await vi.waitFor(async () => expect(await states('paid')).toBe(60), { timeout: 10_000, interval: 20 })
  await verifier.close()
  const amounts = (await shop.payments()).map((payment) => payment.amount).sort()
  expect(amounts).toEqual(sales.map((sale) => sale.amount_total))
  expect(await shop.states()).toHaveLength(60)
  expect(Math.max(...sales.map((sale) => shop.reads(sale.id)))).toBeLessThanOrEqual(3)
}, 60_000)

test('stopped, it finishes what it asked and leaves the rest for the next', async () => {
  const shop = await world.shop()
  const sales = Array.from({ length: 12 }, () => shop.sale())
  shop.fault({ kind: 'slow', delay_ms: 150, path: '/v1/checkout' })
  for (const sale of sales) await shop.claim(sale.id)
  const first = await world.start()
  await vi.waitFor(() => expect(sales.some((sale) => shop.reads(sale.id) > 0)).toBe(true), { interval: 5 })
  await first.close()
  const asked = sales.filter((sale) => shop.reads(sale.id) > 0)
  for (const sale of asked) expect(await shop.state(sale.id)).toMatchObject({ state: 'paid' })
  const second = await world.start()
  await vi.waitFor(async () => expect(await shop.payments()).toHaveLength(12), {
    timeout: 10_000,
    interval: 20,
  })
  await second.close()
  for (const sale of sales) expect(shop.reads(sale.id)).toBe(1)
})

test('pending claims survive a restart', async () => {
  const shop = await world.shop()
  const sale = shop.sale({}, { method: 'bank_debit' })
  await shop.claim(sale.id)
  const first = await world.start()
  await vi.waitFor(async () => expect(await shop.state(sale.id)).toMatchObject({ state: 'pending' }), 10_000)
  await first.close()
  world.double.settleDelayed(sale.id)
  world.travel(11 * 60_000)
  const second = await world.start()
  await vi.waitFor(async () => expect(await shop.state(sale.id)).toMatchObject({ state: 'paid' }), 10_000)
  await second.close()
})
