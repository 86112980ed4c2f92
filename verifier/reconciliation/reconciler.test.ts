import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { readRows } from '../../schema/clickhouse/read-rows.ts'
import { makeVisitReference } from '../../schema/event/visit-reference.ts'
import type { Hands } from '../hands-for-tests.ts'
import { openWorld, type Shop, type World } from '../world-for-tests.ts'

let world: World
let hands: Hands

beforeAll(async () => {
  world = await openWorld()
  hands = await world.hands()
})
afterAll(async () => {
  await hands.close()
  await world.close()
})

const day = 86_400_000

/** A visit whose rows are in the tables, and the reference that the script gives to Stripe for it. */
async function visit(shop: Shop, source: string) {
  const session_id = (BigInt(world.now()) << 20n) | BigInt(Math.floor(Math.random() * 1_000_000))
  await shop.pageview({ session_id, source, visitor_id: 5n })
  return makeVisitReference(session_id, shop.reference_key)
}

describe('a buyer who never returns', () => {
  test('is found by a sweep, by reference or unattributed', async () => {
    const shop = await world.shop()
    shop.sale({ amount: 1100, client_reference_id: await visit(shop, 'Newsletter') })
    shop.sale({ amount: 2200 })
    shop.session()
    shop.sale({ amount: 3300 }, { method: 'bank_debit' })
    await hands.sweep(shop.site_id)
    const payments = await shop.payments()
    expect(payments).toHaveLength(2)
    expect(payments.find((row) => row.amount === 1100)).toMatchObject({
      source: 'Newsletter',
      confidence: 'exact',
      settled_amount: 1100,
      account_id: shop.account.id,
    })
    expect(payments.find((row) => row.amount === 2200)).toMatchObject({
      confidence: 'unattributed',
      source: '',
    })
    expect(await shop.days()).toEqual(shop.ledgerDays())
  })

  test('is found by an event, and a later claim gets the credit without another question', async () => {
    const shop = await world.shop()
    await hands.sweep(shop.site_id)
    const sale = shop.sale({ amount: 4400 })
    await hands.poll(shop.site_id)
    expect(await shop.payments()).toMatchObject([{ confidence: 'unattributed', amount: 4400 }])
    const reads = shop.reads(sale.id)
    await shop.claim(sale.id, { source: 'Google' })
    await hands.claims()
    expect(await shop.payments()).toMatchObject([{ source: 'Google', confidence: 'same_visit' }])
    expect(await shop.state(sale.id)).toMatchObject({ state: 'paid', payment_id: sale.id })
    expect(shop.reads(sale.id)).toBe(reads)
    await hands.sweep(shop.site_id)
    expect(await shop.payments()).toMatchObject([{ source: 'Google', confidence: 'same_visit' }])
  })

  test('is found after a month in which the verifier was down', async () => {
    const shop = await world.shop()
    await hands.sweep(shop.site_id)
    shop.sale({ amount: 900 })
    world.travel(40 * day)
    shop.sale({ amount: 901 })
    await hands.poll(shop.site_id)
    expect((await shop.payments()).map((row) => row.amount).sort()).toEqual([900, 901])
  })
})

test('a pending claim is decided by an event long before its next check', async () => {
  const shop = await world.shop()
  await hands.sweep(shop.site_id)
  const sale = shop.sale({ amount: 700 }, { method: 'bank_debit' })
  const failing = shop.sale({ amount: 800 }, { method: 'bank_debit' })
  await shop.claim(sale.id, { source: 'Google' })
  await shop.claim(failing.id)
  await hands.claims()
  expect(await shop.state(sale.id)).toMatchObject({ state: 'pending' })
  world.double.settleDelayed(sale.id)
  world.double.failDelayed(failing.id)
  await hands.poll(shop.site_id)
  expect(await shop.state(sale.id)).toMatchObject({ state: 'paid', payment_id: sale.id })
  expect(await shop.state(failing.id)).toMatchObject({ state: 'unpaid', next_attempt_at: null })
  expect(await shop.payments()).toMatchObject([{ amount: 700, source: 'Google' }])
})

test('money that reaches the balance later is added when it does', async () => {
  const shop = await world.shop({ settles_in: ['eur'] })
  await hands.sweep(shop.site_id)
  const sale = shop.sale({ amount: 1000, currency: 'usd' }, { balance: 'later' })
  await hands.poll(shop.site_id)
  expect(await shop.payments()).toMatchObject([{ settled_amount: null, fee: null }])
  world.double.postBalance(sale.id)
  await hands.poll(shop.site_id)
  const settled = world.double.ledger(shop.account.id).payments[0]?.settled
  expect(await shop.payments()).toMatchObject([
    { settled_amount: settled?.gross, settled_currency: 'eur', fee: settled?.fee },
  ])
})

describe('refunds and disputes', () => {
  test('count on their own days, the latest word wins, and net equals the ledger', async () => {
    const shop = await world.shop({ timezone: 'Pacific/Auckland' })
    const [partly, failed, lost, won, inquiry] = [1000, 2000, 3000, 4000, 5000].map((amount) =>
      shop.sale({ amount }),
    )
    await hands.sweep(shop.site_id)
    const { double } = world
    for (const amount of [100, 200, 300]) double.refund(partly?.id ?? '', { amount })
    const refund = double.refund(failed?.id ?? '')
    world.travel(day)
    const disputes = [lost, won].map((sale) => double.openDispute(sale?.id ?? ''))
    const warning = double.openDispute(inquiry?.id ?? '', { status: 'warning_needs_response' })
    await hands.poll(shop.site_id)
    expect(await shop.days()).toEqual(shop.ledgerDays())
    world.travel(3 * day)
    double.failRefund(refund.id)
    double.closeDispute(disputes[0]?.id ?? '', { status: 'lost' })
    double.closeDispute(disputes[1]?.id ?? '', { status: 'won' })
    double.closeDispute(warning.id, { status: 'warning_closed' })
    await hands.poll(shop.site_id)
    expect(await shop.days()).toEqual(shop.ledgerDays())
    expect(await shop.refunds()).toHaveLength(4)
    expect(new Set((await shop.disputes()).map((row) => row.status))).toEqual(
      new Set(['lost', 'won', 'warning_closed']),
    )
    await hands.sweep(shop.site_id)
    expect(await shop.days()).toEqual(shop.ledgerDays())
    expect(await shop.reconciliation()).toMatchObject({ last_result: 'equal', detail: '' })
  })

  test('of a payment that nobody knew yet bring it along', async () => {
    const shop = await world.shop()
    const sale = shop.sale({ amount: 5000 })
    const refund = world.double.refund(sale.id, { amount: 1500 })
    await shop.push([{ event_id: 'evt_refund_first', type: 'refund.created', object_id: refund.id }])
    await hands.webhooks()
    expect(await shop.payments()).toMatchObject([{ payment_id: sale.id, amount: 5000 }])
    expect(await shop.refunds()).toMatchObject([
      { payment_id: sale.id, deducted: 1500, settled_deducted: 1500, status: 'succeeded' },
    ])
  })
})

describe('subscriptions', () => {
  test('count their first payment once and their renewals apart, which inherit its visit', async () => {
    const shop = await world.shop()
    await hands.sweep(shop.site_id)
    const reference = await visit(shop, 'Podcast')
    const sale = shop.sale({ mode: 'subscription', amount: 900, client_reference_id: reference })
    await hands.poll(shop.site_id)
    world.travel(31 * day)
    const invoice = world.double.renewSubscription(String(sale.subscription))
    await hands.poll(shop.site_id)
    const rows = await shop.payments()
    expect(rows).toMatchObject([
      {
        payment_id: sale.id,
        kind: 'first',
        source: 'Podcast',
        settled_amount: 900,
        invoice_id: sale.invoice,
      },
      {
        payment_id: invoice.id,
        kind: 'renewal',
        source: 'Podcast',
        confidence: 'exact',
        settled_amount: 900,
      },
    ])
    expect(await shop.days()).toEqual(shop.ledgerDays())
  })

  test('whose renewal is found first, or before the claim, are credited in the end', async () => {
    const shop = await world.shop()
    const sale = shop.sale({ mode: 'subscription', amount: 900 })
    const invoice = world.double.renewSubscription(String(sale.subscription))
    await shop.push([{ event_id: 'evt_renewal_first', type: 'invoice.paid', object_id: invoice.id }])
    await hands.webhooks()
    expect(await shop.payments()).toMatchObject([{ kind: 'renewal', confidence: 'unattributed' }])
    await shop.claim(sale.id, { source: 'Google' })
    await hands.claims()
    await hands.sweep(shop.site_id)
    expect((await shop.payments()).map(({ kind, source }) => [kind, source])).toEqual([
      ['first', 'Google'],
      ['renewal', 'Google'],
    ])
    expect(await shop.days()).toEqual(shop.ledgerDays())
  })

  test('that begin with a trial count nothing at first', async () => {
    const shop = await world.shop()
    const sale = shop.sale({
      mode: 'subscription',
      amount: 900,
      subscription_data: { trial_period_days: 7 },
    })
    await hands.sweep(shop.site_id)
    expect(await shop.payments()).toMatchObject([{ kind: 'first', amount: 0 }])
    world.travel(7 * day)
    world.double.renewSubscription(String(sale.subscription))
    await hands.poll(shop.site_id)
    expect((await shop.payments()).map((row) => row.amount).sort()).toEqual([0, 900])
    expect((await shop.days()).filter((row) => row.gross > 0)).toEqual(shop.ledgerDays())
  })
})

describe("an owner's own server", () => {
  test.each(['sweep', 'poll'] as const)('marks what it sells, found by a %s', async (path) => {
    const shop = await world.shop({ method: 'api' })
    world.double.grantPermissions(shop.account.keys.test.restricted, ['rak_customer_read'])
    await hands.sweep(shop.site_id)
    const mark = async (source: string) => ({ revtrail_visit_id: await visit(shop, source) })
    const { double } = world
    const account = shop.account.id
    shop.sale({ amount: 101, metadata: await mark('session') })
    shop.sale({ amount: 102, payment_intent_data: { metadata: await mark('intent of session') } })
    const intent = double.createPaymentIntent({ account, amount: 103, metadata: await mark('intent') })
    double.confirmPaymentIntent(intent.id)
    const customer = double.createCustomer({ account, metadata: await mark('customer') })
    const ofCustomer = double.createPaymentIntent({ account, amount: 104, customer: customer.id })
    double.confirmPaymentIntent(ofCustomer.id)
    const invoice = double.createInvoice({
      account,
      amount: 105,
      customer: customer.id,
      metadata: await mark('invoice'),
    })
    double.payInvoice(invoice.id)
    const subscription = shop.sale({
      mode: 'subscription',
      amount: 106,
      subscription_data: { metadata: await mark('subscription') },
    })
    double.renewSubscription(String(subscription.subscription), { amount: 107 })
    double.createPaymentIntent({ account, amount: 108 })
    await hands[path](shop.site_id)
    const rows = await shop.payments()
    const credit = Object.fromEntries(rows.map(({ amount, source, kind }) => [amount, [source, kind]]))
    expect(credit).toEqual({
      101: ['session', 'one_off'],
      102: ['intent of session', 'one_off'],
      103: ['intent', 'one_off'],
      104: ['customer', 'one_off'],
      105: ['invoice', 'one_off'],
      106: ['subscription', 'first'],
      107: ['subscription', 'renewal'],
    })
    expect(rows.every((row) => row.settled_amount === row.amount)).toBe(true)
    expect(await shop.days()).toEqual(shop.ledgerDays())
  })

  test('is not counted twice where the key may not see invoices', async () => {
    const shop = await world.shop()
    world.double.withholdPermissions(shop.account.keys.test.restricted, ['rak_invoice_read'])
    shop.sale({ mode: 'subscription', amount: 900 })
    await hands.sweep(shop.site_id)
    expect(await shop.payments()).toMatchObject([{ kind: 'first', amount: 900 }])
    expect(await shop.reconciliation()).toMatchObject({
      last_result: 'failed',
      detail: expect.stringMatching(/may not read invoices/),
    })
  })
})

describe('two sites on one account', () => {
  async function pair() {
    const first = await world.shop()
    const second = await world.shop({ account: first.account })
    return { first, second }
  }

  test('share it by reference, link, page after payment and claim, and the rest is listed', async () => {
    const { first, second } = await pair()
    const link = (url: string | null) =>
      world.double.createPaymentLink({ account: first.account.id, redirect_url: url }).id
    const chosen = link(null)
    await second.connect(first.account.keys.test.restricted, { payment_links: [chosen] })
    first.sale({ amount: 1, client_reference_id: await visit(first, 'x') })
    first.sale({ amount: 2, client_reference_id: await visit(second, 'y') })
    first.sale({ amount: 3, payment_link: chosen })
    first.sale({ amount: 4, payment_link: link(`https://www.shop-${first.site_id}.example/thanks`) })
    first.sale({ amount: 5, success_url: `https://shop-${second.site_id}.example/done` })
    const claimed = first.sale({ amount: 6 })
    const unknown = first.sale({ amount: 7 })
    await first.claim(claimed.id, { source: 'Google' })
    // The second that is not over yet is not compared.
    world.travel(2000)
    await hands.sweep(first.site_id)
    const amounts = async (shop: Shop) => (await shop.payments()).map((row) => row.amount).sort()
    expect(await amounts(first)).toEqual([1, 4, 6])
    expect(await amounts(second)).toEqual([2, 3, 5])
    expect(await second.unassigned()).toMatchObject([
      { payment_id: unknown.id, reason: expect.stringMatching(/Several sites share/) },
    ])
    expect(await first.reconciliation()).toMatchObject({
      last_result: 'equal',
      sums: [{ gross: 21, unassigned_gross: 7, stripe_gross: 28 }],
    })
    await second.claim(unknown.id)
    await hands.claims()
    expect(await amounts(second)).toEqual([2, 3, 5, 7])
    expect(await second.unassigned()).toEqual([])
  })

  test('do not both count what both claim', async () => {
    const { first, second } = await pair()
    const sale = first.sale({ amount: 50 })
    await first.claim(sale.id)
    await hands.claims()
    await second.claim(sale.id)
    await hands.claims()
    expect(await first.payments()).toHaveLength(1)
    expect(await second.payments()).toEqual([])
    expect((await second.state(sale.id))?.reason).toMatch(
      new RegExp(`belongs to shop-${first.site_id}.example`),
    )
    expect(await second.state(sale.id)).toMatchObject({ state: 'rejected' })
  })

  test('get what was unassigned when the owner chooses its link', async () => {
    const { first, second } = await pair()
    const link = world.double.createPaymentLink({ account: first.account.id }).id
    const sale = first.sale({ amount: 60, payment_link: link })
    world.double.refund(sale.id, { amount: 10 })
    await hands.sweep(first.site_id)
    expect(await first.unassigned()).toHaveLength(1)
    await second.connect(first.account.keys.test.secret, { payment_links: [link] })
    await hands.reassign(second.site_id)
    expect(await second.payments()).toMatchObject([{ payment_id: sale.id }])
    expect(await second.refunds()).toMatchObject([{ deducted: 10 }])
  })
})

test('a link that is not among the chosen ones is rejected, and listed', async () => {
  const shop = await world.shop({ connected: false })
  const link = (name: string) => world.double.createPaymentLink({ account: shop.account.id, name }).id
  const [chosen, other] = [link('a'), link('b')]
  await shop.connect(shop.account.keys.test.restricted, { payment_links: [chosen ?? ''] })
  const sale = shop.sale({ payment_link: other ?? '' })
  await shop.claim(sale.id)
  await hands.claims()
  expect(await shop.state(sale.id)).toMatchObject({
    state: 'rejected',
    reason: expect.stringMatching(/not among those that you chose/),
  })
  expect(await shop.payments()).toEqual([])
  expect(await shop.unassigned()).toMatchObject([{ payment_id: sale.id }])
})

test('other providers are counted as they are reported, once, with their refunds', async () => {
  const shop = await world.shop()
  const report = {
    payment_id: 'ext:order-1',
    amount: 2500,
    currency: 'EUR',
    visit_reference: await visit(shop, 'Bing'),
  }
  await shop.report(report)
  await hands.external()
  await hands.external()
  expect(await shop.payments()).toMatchObject([
    { payment_id: 'ext:order-1', provider: 'paypal', amount: 2500, currency: 'eur', source: 'Bing' },
  ])
  await shop.report({ ...report, refunded_amount: 500, version: String(world.now() * 1000 + 5_000_000) })
  await hands.external()
  expect(await shop.payments()).toMatchObject([{ source: 'Bing', confidence: 'exact' }])
  expect(await shop.refunds()).toMatchObject([{ payment_id: 'ext:order-1', deducted: 500 }])
})

test('an owner may have any claim looked up again', async () => {
  const shop = await world.shop()
  const id = `cs_test_a1${'Gone0000'.repeat(6)}`
  await shop.claim(id)
  await hands.claims()
  world.travel(60_000)
  await hands.claims()
  expect(await shop.state(id)).toMatchObject({ state: 'not_found', attempts: 2, next_attempt_at: null })
  await shop.retry(id)
  await hands.claims()
  expect(await shop.state(id)).toMatchObject({ state: 'not_found', attempts: 3 })
  await hands.claims()
  expect(shop.reads(id)).toBe(3)
})

test.each([
  { kind: 'rate_limit', times: 6, path: '/v1/checkout/sessions' },
  { kind: 'rate_limit', reason: 'endpoint-concurrency', times: 3, path: '/v1/refunds' },
  { kind: 'server_error', status: 503, times: 4, path: '/v1/charges' },
  { kind: 'html', times: 2, path: '/v1/invoices' },
  { kind: 'reset', times: 2, path: '/v1/disputes' },
] as const)('a sweep outlasts $kind on $path', async (fault) => {
  const shop = await world.shop()
  const sale = shop.sale({ amount: 1234 })
  world.double.refund(sale.id, { amount: 34 })
  world.travel(2000)
  const id = shop.fault(fault)
  await hands.sweep(shop.site_id)
  world.double.faults.clear(id)
  expect(await shop.days()).toEqual(shop.ledgerDays())
  expect(await shop.reconciliation()).toMatchObject({ last_result: 'equal' })
})

test('what ran is kept, with how it ended', async () => {
  const shop = await world.shop()
  shop.sale()
  await hands.sweep(shop.site_id)
  world.double.revokeKey(shop.account.keys.test.restricted)
  await hands.sweep(shop.site_id)
  const runs = await readRows(world.database.writer, {
    sql: `SELECT result, detail, toUInt32(rows) AS rows FROM job_runs FINAL
          WHERE job = 'sweep' AND has(site_ids, {site_id:UInt32}) ORDER BY started_at`,
    params: { site_id: shop.site_id },
    row: z.object({ result: z.string(), detail: z.string(), rows: z.number() }),
  })
  expect(runs).toMatchObject([
    { result: 'ok', rows: 2 },
    { result: 'failed', detail: expect.stringMatching(/refused the key/) },
  ])
  expect(await shop.reconciliation()).toMatchObject({ last_result: 'failed' })
})

test('a key that is saved has its account swept at once, and what is pushed later is handled at once', async () => {
  const empty = await openWorld()
  const verifier = await empty.start({ sweepEveryMs: day })
  const shop = await empty.shop()
  shop.sale({ amount: 1500 })
  const soon = { timeout: 20_000, interval: 50 }
  await vi.waitFor(async () => expect(await shop.payments()).toMatchObject([{ amount: 1500 }]), soon)
  const sale = shop.sale({ amount: 1600 })
  await shop.push(await shop.events())
  await vi.waitFor(async () => expect(await shop.payments()).toHaveLength(2), soon)
  await shop.report({ payment_id: 'ext:1', amount: 10, currency: 'usd' })
  await vi.waitFor(async () => expect(await shop.payments()).toHaveLength(3), soon)
  expect(shop.reads(sale.id)).toBe(1)
  await verifier.close()
  await empty.close()
}, 60_000)
