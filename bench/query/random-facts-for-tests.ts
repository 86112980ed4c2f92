import type { ClickHouseClient } from '@clickhouse/client'
import fc from 'fast-check'
import { instantCell } from '../../schema/clickhouse/cell.ts'
import { dayText, localDay } from '../../schema/site/local-day.ts'

/** A site and the first of its days that have something. */
export type Shop = { site_id: number; domain: string; timezone: string; firstDay: number }

/** How many times facts arrive: events of a visit, and versions of a payment, come in any of them. */
export const rounds = 2

const dayMs = 86_400_000
const days = 16
const round = fc.nat(rounds - 1)

const text = (...values: string[]) => fc.constantFrom('', ...values)

const attributes = fc.record({
  hostname: fc.constantFrom('www.example', 'shop.example'),
  source: text('Google', 'Bing', 'Newsletter'),
  channel: text('Organic Search', 'Email'),
  referrer: text('google.com', 'bing.com/search', 'news.example/a'),
  utm_source: text('s1', 's2'),
  utm_medium: text('m1'),
  utm_campaign: text('c1', 'c2', 'c3'),
  utm_content: text('x'),
  utm_term: text('t'),
  country: text('DE', 'US', 'FR'),
  region: text('DE-BE'),
  city: text('Berlin', 'Paris'),
  browser: text('Chrome', 'Safari'),
  browser_version: text('1', '2'),
  os: text('iOS', 'Linux'),
  os_version: text('9'),
  device: text('mobile', 'desktop'),
})

const step = fc.record({
  gap: fc.integer({ min: 0, max: 1_500 }),
  pathname: fc.constantFrom('/', '/a', '/b', '/c', '/d', '/e/very/long'),
  name: fc.constantFrom('pageview', 'pageview', 'pageview', 'Signup', 'Buy'),
  round,
})

const visit = fc.record({
  // 0 is someone who opted out.
  visitor: fc.integer({ min: 0, max: 12 }),
  // Without a bias to the ends every day has visits.
  start: fc.noBias(fc.integer({ min: 0, max: days * dayMs - 1 })),
  attributes,
  steps: fc.array(step, { minLength: 1, maxLength: 6 }),
})
type Visit = typeof visit extends fc.Arbitrary<infer T> ? T : never

const visitCount = 90
const saleCount = 60

const sale = fc.record({
  visit: fc.nat(visitCount - 1),
  /** Seconds from the start of the visit to the charge. */
  after: fc.oneof(fc.integer({ min: 0, max: 3_600 }), fc.integer({ min: 0, max: 4 * 86_400 })),
  amount: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50_000 })),
  currency: fc.constantFrom('eur', 'usd', 'jpy'),
  settled_currency: fc.constantFrom('eur', 'usd'),
  livemode: fc.boolean(),
  found: round,
  // Never, when past the last: a payment that nobody earned, or whose settlement stays unknown.
  attributed: fc.nat(rounds + 1),
  settled: fc.nat(rounds + 1),
})
type Sale = typeof sale extends fc.Arbitrary<infer T> ? T : never

const deduction = fc.record({
  table: fc.constantFrom('refunds', 'disputes'),
  // Past the last: of a payment that is not known.
  sale: fc.nat(saleCount + 3),
  after: fc.integer({ min: 0, max: 6 * 86_400 }),
  amount: fc.integer({ min: 1, max: 9_000 }),
  settled: fc.boolean(),
  found: round,
  /** When a refund fails after all, or a dispute is lost. */
  decided: fc.nat(rounds + 1),
})
type Deduction = typeof deduction extends fc.Arbitrary<infer T> ? T : never

const exactly = (length: number) => ({ minLength: length, maxLength: length })

/** What happened at a shop, and when each part of it became known. */
export const history = fc.record({
  visits: fc.array(visit, exactly(visitCount)),
  sales: fc.array(sale, exactly(saleCount)),
  deductions: fc.array(deduction, { minLength: 10, maxLength: 30 }),
})
export type History = typeof history extends fc.Arbitrary<infer T> ? T : never

type Told = { shop: Shop; history: History; round: number }

/** Writes what becomes known in a round, events in two parts, so that a visit lies in several. */
export async function writeRound(client: ClickHouseClient, told: Told): Promise<void> {
  const { visits, sales, deductions } = told.history
  const events = visits.flatMap((each, index) => eventsOf(each, index, told))
  for (const half of [0, 1]) {
    const values = events.filter((_, index) => index % 2 === half)
    await client.insert({ table: 'events', values, format: 'JSONEachRow' })
  }
  const payments = sales.flatMap((each, index) => paymentOf(each, index, told))
  await client.insert({ table: 'payments', values: payments, format: 'JSONEachRow' })
  for (const table of ['refunds', 'disputes'] as const) {
    const values = deductions.flatMap((each, index) =>
      each.table === table ? deductionOf(each, index, told) : [],
    )
    await client.insert({ table, values, format: 'JSONEachRow' })
  }
}

const startOf = (each: Visit, shop: Shop) => shop.firstDay * dayMs + each.start
const sessionOf = (each: Visit, index: number, shop: Shop) =>
  String((BigInt(startOf(each, shop)) << 20n) + BigInt(index))
const dayOf = (ms: number, shop: Shop) => dayText(localDay(ms, shop.timezone))

function eventsOf(each: Visit, index: number, { shop, round }: Told) {
  const start = startOf(each, shop)
  const count = { events: 0, pageviews: 0, seconds: 0 }
  let pathname = '/'
  const rows = each.steps.map((step, at) => {
    const name = at === 0 ? 'pageview' : step.name
    // A custom event happens on the page that was viewed last.
    if (name === 'pageview') pathname = step.pathname
    count.events += 1
    count.pageviews += name === 'pageview' ? 1 : 0
    count.seconds += at === 0 ? 0 : step.gap
    const row = {
      site_id: shop.site_id,
      day: dayOf(start, shop),
      name,
      visitor_id: String(each.visitor),
      session_id: sessionOf(each, index, shop),
      received_at: instantCell(start + count.seconds * 1_000),
      event_id: crypto.randomUUID(),
      event_no: count.events,
      pageview_no: count.pageviews,
      interaction_no: count.events,
      pathname,
      entry_page: each.steps[0]?.pathname ?? '',
      ...each.attributes,
    }
    return { row, round: step.round }
  })
  return rows.filter((row) => row.round === round).map(({ row }) => row)
}

function chargedAt(each: Sale, { shop, history }: Told): number {
  const visit = history.visits[each.visit]
  return (visit ? startOf(visit, shop) : shop.firstDay * dayMs) + each.after * 1_000
}

function paymentOf(each: Sale, index: number, told: Told) {
  const { shop, history, round } = told
  if (round < each.found || !changesAt(round, [each.found, each.attributed, each.settled])) return []
  const visit = history.visits[each.visit]
  const at = chargedAt(each, told)
  const known = visit && round >= each.attributed
  const settled = round >= each.settled
  return [
    {
      site_id: shop.site_id,
      payment_id: `cs_${index}`,
      provider: 'stripe',
      livemode: each.livemode,
      kind: 'one_off',
      charged_at: instantCell(at),
      day: dayOf(at, shop),
      amount: String(each.amount),
      currency: each.currency,
      settled_amount: settled ? String(Math.round(each.amount * 0.9)) : null,
      settled_currency: settled ? each.settled_currency : '',
      confidence: known ? 'same_visit' : 'unattributed',
      version: String(round + 1),
      ...(known && {
        visitor_id: String(visit.visitor),
        session_id: sessionOf(visit, each.visit, shop),
        visit_day: dayOf(startOf(visit, shop), shop),
        entry_page: visit.steps[0]?.pathname ?? '',
        ...visit.attributes,
      }),
    },
  ]
}

function deductionOf(each: Deduction, index: number, told: Told) {
  const { shop, history, round } = told
  if (round < each.found || !changesAt(round, [each.found, each.decided])) return []
  const sale = history.sales[each.sale]
  const at = (sale ? chargedAt(sale, told) : shop.firstDay * dayMs) + each.after * 1_000
  const decided = round >= each.decided
  const counts = each.table === 'refunds' ? !decided : decided
  const deducted = counts ? each.amount : 0
  const settled = each.settled && sale !== undefined
  const [id, moment] = each.table === 'refunds' ? ['refund_id', 'refunded_at'] : ['dispute_id', 'disputed_at']
  return [
    {
      site_id: shop.site_id,
      [id]: `re_${index}`,
      [moment]: instantCell(at),
      payment_id: `cs_${sale ? each.sale : 'unknown'}`,
      provider: 'stripe',
      livemode: sale?.livemode ?? true,
      day: dayOf(at, shop),
      amount: String(each.amount),
      currency: sale?.currency ?? 'eur',
      deducted: String(deducted),
      settled_deducted: settled ? String(Math.round(deducted * 0.9)) : null,
      settled_currency: settled ? sale.settled_currency : '',
      version: String(round + 1),
    },
  ]
}

function changesAt(round: number, moments: readonly number[]): boolean {
  return moments.includes(round)
}
