import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { makeVisitReference } from '../schema/event/visit-reference.ts'
import { openWorld, type Shop, type World } from './world-for-tests.ts'

let world: World
let verifier: Awaited<ReturnType<World['start']>>

beforeAll(async () => {
  world = await openWorld()
  verifier = await world.start()
})
afterAll(async () => {
  await verifier.close()
  await world.close()
})

/** The machine may be busy with other tests. */
const patiently = { timeout: 10_000, interval: 30 }

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Waits until a claim has come to this state, and gives its row. */
async function settled(shop: Shop, id: string, state: string) {
  return await vi.waitFor(
    async () => {
      const row = await shop.state(id)
      expect(row?.state).toBe(state)
      return row
    },
    { timeout: 10_000, interval: 30 },
  )
}

describe('a claim of a paid session', () => {
  test('becomes one payment with the money as Stripe has it and the visit that earned it', async () => {
    const shop = await world.shop({ timezone: 'Pacific/Auckland', settles_in: ['eur'] })
    const sale = shop.sale(
      { amount: 5000, amount_tax: 950, currency: 'usd' },
      {
        presentment: { amount: 8_900, currency: 'nzd' },
        settlement: { currency: 'eur', exchange_rate: 0.9, fee: 180 },
      },
    )
    await shop.claim(sale.id, { source: 'Google' })
    const state = await settled(shop, sale.id, 'paid')
    expect(state).toMatchObject({ payment_id: sale.id, attempts: 1, next_attempt_at: null })
    expect(await shop.payments()).toMatchObject([
      {
        payment_id: sale.id,
        provider: 'stripe',
        account_id: shop.account.id,
        livemode: false,
        kind: 'one_off',
        day: new Intl.DateTimeFormat('sv', { timeZone: 'Pacific/Auckland' }).format(world.now()),
        amount: 5950,
        currency: 'usd',
        presentment_amount: 8900,
        presentment_currency: 'nzd',
        settled_amount: 5355,
        settled_currency: 'eur',
        fee: 180,
        source: 'Google',
        country: 'DE',
        browser: 'Firefox',
        entry_page: '/pricing',
        visitor_id: 7n,
        confidence: 'same_visit',
      },
    ])
    await vi.waitFor(async () => expect(await shop.health()).toEqual({ state: 'ok', detail: '' }), patiently)
  })

  test('claimed a hundred times from several visits is one payment of the first, read at most three times', async () => {
    const shop = await world.shop()
    const sale = shop.sale({ amount: 1200 })
    const others = ['Bing', 'Newsletter', 'Reddit']
    const first = world.now()
    const later = Array.from({ length: 99 }, (_, index) => ({
      source: others[index % 3] ?? '',
      visitor_id: BigInt(index),
      claimed: first + 1 + index,
    }))
    await shop.claims(sale.id, [...later, { source: 'Google', claimed: first }])
    await settled(shop, sale.id, 'paid')
    await shop.claim(sale.id, { source: 'Bing' })
    const second = shop.sale()
    await shop.claim(second.id)
    await settled(shop, second.id, 'paid')
    const payments = await shop.payments()
    expect(payments.find((payment) => payment.payment_id === sale.id)).toMatchObject({
      amount: 1200,
      source: 'Google',
    })
    expect(payments).toHaveLength(2)
    expect(await shop.states()).toHaveLength(2)
    expect(shop.reads(sale.id)).toBeLessThanOrEqual(3)
  })

  test.each([
    { currency: 'jpy', amount: 4800, settles_in: 'jpy' },
    { currency: 'kwd', amount: 12_345, settles_in: 'kwd' },
    { currency: 'isk', amount: 250_000, settles_in: 'isk' },
  ])('in $currency keeps its minor units', async ({ currency, amount, settles_in }) => {
    const shop = await world.shop({ settles_in: [settles_in] })
    const sale = shop.sale({ amount, currency })
    await shop.claim(sale.id)
    await settled(shop, sale.id, 'paid')
    expect(await shop.payments()).toMatchObject([
      { amount, currency, settled_amount: amount, settled_currency: currency },
    ])
  })

  test('with nothing to pay is a payment of zero; without a currency it is none', async () => {
    const shop = await world.shop()
    const free = shop.sale({ amount: 3000, amount_discount: 3000 })
    const setup = shop.sale({ mode: 'setup' })
    await shop.claim(free.id)
    await shop.claim(setup.id)
    expect((await settled(shop, free.id, 'paid'))?.reason).toMatch(/nothing to pay/)
    const state = await settled(shop, setup.id, 'paid')
    expect(state?.reason).toMatch(/no amount to count/)
    expect(state?.payment_id).toBe('')
    expect(await shop.payments()).toMatchObject([{ payment_id: free.id, amount: 0, currency: 'usd' }])
  })

  test('of a subscription is its first payment', async () => {
    const shop = await world.shop()
    const sale = shop.sale({ mode: 'subscription', amount: 900 })
    await shop.claim(sale.id)
    await settled(shop, sale.id, 'paid')
    expect(await shop.payments()).toMatchObject([{ kind: 'first', amount: 900 }])
  })
})

describe('the credit for a payment', () => {
  test('goes to the visit whose signed reference came back from Stripe, over the visit that claimed it', async () => {
    const shop = await world.shop({ timezone: 'Pacific/Auckland' })
    const started = world.now() - 3 * day
    const session_id = (BigInt(started) << 20n) | 77n
    await shop.pageview({ session_id, source: 'Newsletter', visitor_id: 99n, started })
    const reference = makeVisitReference(session_id, shop.reference_key)
    const sale = shop.sale({ client_reference_id: reference })
    await shop.claim(sale.id, { source: 'Google' })
    await settled(shop, sale.id, 'paid')
    expect(await shop.payments()).toMatchObject([
      {
        client_reference_id: reference,
        source: 'Newsletter',
        country: 'DE',
        confidence: 'exact',
        visitor_id: 99n,
        session_id,
        visit_day: new Intl.DateTimeFormat('sv', { timeZone: 'Pacific/Auckland' }).format(started),
      },
    ])
  })

  test.each([
    { name: 'an order number of the owner', reference: 'order-1234' },
    {
      name: 'a reference that another key signed',
      reference: makeVisitReference(5n, 'ab'.repeat(32)),
      kept: null,
    },
  ])('stays with the claim for $name', async ({ reference }) => {
    const shop = await world.shop()
    const sale = shop.sale({ client_reference_id: reference })
    await shop.claim(sale.id, { source: 'Google', confidence: 'same_visitor' })
    await settled(shop, sale.id, 'paid')
    expect(await shop.payments()).toMatchObject([
      { source: 'Google', confidence: 'same_visitor', client_reference_id: reference },
    ])
  })

  test('goes to nobody where the owner turned it off', async () => {
    const shop = await world.shop({ revenue_attribution: false })
    const sale = shop.sale({ amount: 700 })
    await shop.claim(sale.id, { source: 'Google' })
    await settled(shop, sale.id, 'paid')
    expect(await shop.payments()).toMatchObject([
      { amount: 700, confidence: 'unattributed', source: '', country: '', visitor_id: 0n, session_id: 0n },
    ])
  })
})

describe('a session that is not paid', () => {
  test('of a delayed method is pending and becomes paid when the money arrives', async () => {
    const shop = await world.shop()
    const sale = shop.sale({ amount: 4000 }, { method: 'bank_debit' })
    await shop.claim(sale.id, { source: 'Google' })
    await settled(shop, sale.id, 'pending')
    expect(await shop.payments()).toEqual([])
    world.double.settleDelayed(sale.id)
    world.travel(minute)
    await settled(shop, sale.id, 'paid')
    expect(await shop.payments()).toMatchObject([{ amount: 4000, source: 'Google' }])
  })

  test('of a delayed method that the bank turns down is unpaid for good', async () => {
    const shop = await world.shop()
    const sale = shop.sale({}, { method: 'bank_debit' })
    await shop.claim(sale.id)
    await settled(shop, sale.id, 'pending')
    world.double.failDelayed(sale.id)
    world.travel(minute)
    expect(await settled(shop, sale.id, 'unpaid')).toMatchObject({ next_attempt_at: null })
    expect(await shop.payments()).toEqual([])
  })

  test('is looked at again while it is open, and expires', async () => {
    const shop = await world.shop()
    const { id } = shop.session()
    await shop.claim(id)
    expect((await settled(shop, id, 'unpaid'))?.next_attempt_at).not.toBeNull()
    world.travel(25 * hour)
    expect(await settled(shop, id, 'expired')).toMatchObject({ next_attempt_at: null })
    expect(await shop.payments()).toEqual([])
  })

  test('that Stripe does not know is asked for twice and then never again', async () => {
    const shop = await world.shop()
    const id = `cs_test_a1${'Forged0'.repeat(8)}`
    await shop.claim(id)
    expect((await settled(shop, id, 'not_found'))?.next_attempt_at).not.toBeNull()
    world.travel(minute)
    await vi.waitFor(
      async () => expect(await shop.state(id)).toMatchObject({ next_attempt_at: null, attempts: 2 }),
      patiently,
    )
    await shop.claim(id)
    world.travel(day)
    const sale = shop.sale()
    await shop.claim(sale.id)
    await settled(shop, sale.id, 'paid')
    expect(shop.reads(id)).toBe(2)
  })

  test('older than 30 days when its page was opened is rejected', async () => {
    const shop = await world.shop()
    const sale = shop.sale()
    world.travel(31 * day)
    await shop.claim(sale.id)
    await settled(shop, sale.id, 'rejected')
    expect(await shop.payments()).toEqual([])
  })

  test.each(['cs_test_short', 'not an id', `cs_test_${'a'.repeat(300)}`, 'cs_test_a/../../account?x=1'])(
    'and has the id %s never reaches Stripe',
    async (id) => {
      const shop = await world.shop()
      await shop.claim(id)
      await settled(shop, id, 'rejected')
      expect(world.double.requests.filter((request) => request.path.includes(id.slice(0, 12)))).toEqual([])
    },
  )
})

describe('the key', () => {
  test('of the other mode leaves a claim waiting for a key of its own mode', async () => {
    const shop = await world.shop()
    const sale = shop.sale({ livemode: true, amount: 2500 })
    await shop.claim(sale.id)
    expect((await settled(shop, sale.id, 'wrong_mode'))?.reason).toMatch(/live payment.*test key/)
    expect(shop.reads(sale.id)).toBe(0)
    await shop.connect(shop.account.keys.live.restricted)
    await settled(shop, sale.id, 'paid')
    expect(await shop.payments()).toMatchObject([{ amount: 2500, livemode: true }])
  })

  test('that is not there yet leaves a visible claim, which is looked up once it is saved', async () => {
    const shop = await world.shop({ connected: false })
    const sale = shop.sale()
    await shop.claim(sale.id)
    expect((await settled(shop, sale.id, 'retrying'))?.reason).toMatch(
      /Connect Stripe under Settings > Revenue/,
    )
    await shop.connect(shop.account.keys.test.restricted)
    await settled(shop, sale.id, 'paid')
  })

  test('is tried as soon as it is saved, so that its health shows before the first claim', async () => {
    const shop = await world.shop()
    await vi.waitFor(async () => expect(await shop.health()).toEqual({ state: 'ok', detail: '' }), patiently)
    world.double.revokeKey(shop.account.keys.test.secret)
    await shop.connect(shop.account.keys.test.secret)
    await vi.waitFor(
      async () => expect(await shop.health()).toMatchObject({ state: 'key_rejected' }),
      patiently,
    )
  })

  test('that the owner took back is not used any more', async () => {
    const shop = await world.shop()
    await vi.waitFor(async () => expect(await shop.health()).toMatchObject({ state: 'ok' }), patiently)
    await shop.disconnect()
    await vi.waitFor(
      () => expect(world.logged()).toContain(`"site_id":${shop.site_id},"msg":"Stripe connection closed"`),
      patiently,
    )
    const before = shop.calls()
    const sale = shop.sale()
    await shop.claim(sale.id)
    expect((await settled(shop, sale.id, 'retrying'))?.reason).toMatch(/not connected/)
    expect(shop.calls()).toBe(before)
  })

  test('that was revoked stops the site and keeps the claims, until another is saved', async () => {
    const shop = await world.shop()
    world.double.revokeKey(shop.account.keys.test.restricted)
    const sales = [shop.sale(), shop.sale(), shop.sale()]
    for (const sale of sales) await shop.claim(sale.id)
    for (const sale of sales) {
      const state = await settled(shop, sale.id, 'key_rejected')
      expect(state?.reason).toMatch(/Expired API Key.*Save a new key/)
    }
    await vi.waitFor(
      async () => expect(await shop.health()).toMatchObject({ state: 'key_rejected' }),
      patiently,
    )
    const late = shop.sale()
    await shop.claim(late.id)
    await settled(shop, late.id, 'key_rejected')
    expect(shop.reads(late.id)).toBe(0)
    await shop.connect(shop.account.keys.test.secret)
    for (const sale of [...sales, late]) await settled(shop, sale.id, 'paid')
    await vi.waitFor(async () => expect(await shop.health()).toMatchObject({ state: 'ok' }), patiently)
  })

  test('that may not read Checkout Sessions says so, and works again when it may', async () => {
    const shop = await world.shop()
    const { restricted } = shop.account.keys.test
    world.double.withholdPermissions(restricted, ['rak_checkout_session_read'])
    const sale = shop.sale()
    await shop.claim(sale.id)
    expect((await settled(shop, sale.id, 'key_rejected'))?.reason).toMatch(/rak_checkout_session_read/)
    await vi.waitFor(
      async () => expect(await shop.health()).toMatchObject({ state: 'permission_missing' }),
      patiently,
    )
    world.double.withholdPermissions(restricted, [])
    world.travel(minute)
    await settled(shop, sale.id, 'paid')
  })

  test.each(['rak_balance_transaction_source_read', 'rak_charge_read', 'rak_payment_intent_read'])(
    'without %s still counts payments',
    async (permission) => {
      const shop = await world.shop()
      world.double.withholdPermissions(shop.account.keys.test.restricted, [permission])
      const sales = [shop.sale({ amount: 100 }), shop.sale({ amount: 200 })]
      for (const sale of sales) {
        await shop.claim(sale.id)
        await settled(shop, sale.id, 'paid')
      }
      const payments = await shop.payments()
      expect(payments.map((payment) => payment.amount).sort()).toEqual([100, 200])
      for (const payment of payments) expect(payment).toMatchObject({ settled_amount: null, fee: null })
      await vi.waitFor(
        async () =>
          expect(await shop.health()).toMatchObject({
            state: 'permission_missing',
            detail: expect.stringContaining(permission),
          }),
        patiently,
      )
      expect(shop.reads(sales[1]?.id ?? '')).toBe(1)
    },
  )

  test('that this master key does not open is reported and breaks nothing', async () => {
    const shop = await world.shop({ connected: false })
    const sale = shop.sale()
    await shop.connect(shop.account.keys.test.restricted, { sealedWith: Buffer.alloc(32, 9) })
    await vi.waitFor(
      async () => expect(await shop.health()).toMatchObject({ state: 'key_rejected' }),
      patiently,
    )
    await shop.claim(sale.id)
    expect((await settled(shop, sale.id, 'key_rejected'))?.reason).toMatch(/another master key/)
    await shop.connect(shop.account.keys.test.restricted)
    await settled(shop, sale.id, 'paid')
  })
})

describe('when Stripe fails', () => {
  test.each([
    { kind: 'rate_limit', times: 3 },
    { kind: 'lock_timeout', times: 3 },
    { kind: 'server_error', times: 3 },
    { kind: 'server_error', status: 503, times: 8 },
    { kind: 'hang', times: 2 },
    { kind: 'reset', times: 3 },
    { kind: 'html', times: 3 },
    { kind: 'html', status: 502, times: 3 },
    { kind: 'wrong_id', times: 3 },
  ] as const)('with $kind nothing is counted or lost, and it recovers', async (fault) => {
    const shop = await world.shop()
    const sale = shop.sale({ amount: 1900 })
    const id = shop.fault({ ...fault, path: '/v1/checkout' })
    await shop.claim(sale.id)
    await settled(shop, sale.id, 'retrying')
    expect(await shop.payments()).toEqual([])
    world.travel(5 * minute)
    await vi.waitFor(
      async () => {
        world.travel(minute)
        expect(await shop.state(sale.id)).toMatchObject({ state: 'paid' })
      },
      { timeout: 20_000, interval: 200 },
    )
    expect(await shop.payments()).toMatchObject([{ amount: 1900 }])
    world.double.faults.clear(id)
  })
})

test('nothing of the buyer is in any table', async () => {
  const shop = await world.shop()
  const email = 'margaret.hamilton@buyers.example'
  const sale = shop.sale({ client_reference_id: null }, { email, name: 'Margaret Hamilton' })
  await shop.claim(sale.id)
  await settled(shop, sale.id, 'paid')
  const { writer, address } = world.database
  const answer = await writer.query({
    query: `SELECT table, groupArray(name) AS columns FROM system.columns
      WHERE database = {database:String} AND type LIKE '%String%' GROUP BY table`,
    query_params: { database: address.database },
    format: 'JSONEachRow',
  })
  const tables = await answer.json<{ table: string; columns: string[] }>()
  expect(tables.length).toBeGreaterThan(5)
  for (const { table, columns } of tables) {
    const texts = columns.map((column) => `toString(${column})`).join(', ')
    const found = await writer.query({
      query: `SELECT count() AS hits FROM ${table} WHERE arrayExists(
        text -> multiSearchAnyCaseInsensitive(text, ['hamilton', 'margaret', 'buyers.example', 'Sample Street']), [${texts}])`,
      format: 'JSONEachRow',
    })
    expect({ table, rows: await found.json() }).toEqual({ table, rows: [{ hits: '0' }] })
  }
})

test('no key and nothing of a buyer is in the logs', async () => {
  const shop = await world.shop()
  world.double.revokeKey(shop.account.keys.test.restricted)
  const sale = shop.sale({}, { email: 'jane.sample@buyers.example' })
  await shop.claim(sale.id)
  await settled(shop, sale.id, 'key_rejected')
  const text = world.logged()
  expect(text).toContain('claims decided')
  expect(text).not.toMatch(/buyers\.example|(rk|sk)_(test|live)_[A-Za-z0-9]/)
})

test('the probes say that it runs and can work', async () => {
  await verifier.heartbeat()
  for (const path of ['health', 'ready']) {
    const response = await fetch(`http://127.0.0.1:${verifier.port}/${path}`)
    expect(response.status).toBe(200)
  }
})
