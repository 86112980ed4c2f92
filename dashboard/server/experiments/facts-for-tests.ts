import type { ClickHouseClient } from '@clickhouse/client'

/** A visitor on a day: `at` is the time of day in seconds; events of one visitor make one visit. */
export type TestEvent = {
  visitor: number
  day: string
  at: number
  name?: string
  pathname?: string
  props?: Record<string, string>
  device?: string
  source?: string
  country?: string
  insertedAt?: string
}

/** Long enough ago for a day's sums to be kept for good. */
export const settledAt = '2026-11-20 00:00:00.000'

const startOf = (day: string, at: number) => Date.parse(`${day}T00:00:00Z`) + at * 1_000
const cell = (ms: number) => new Date(ms).toISOString().replace('T', ' ').slice(0, 23)
const sessionOf = (day: string, visitor: number) =>
  ((BigInt(startOf(day, 0)) << 20n) + BigInt(visitor)).toString()

/** Writes events of a site as the collector would. */
export async function addEvents(
  client: ClickHouseClient,
  siteId: number,
  events: readonly TestEvent[],
): Promise<void> {
  const values = events.map((event, i) => ({
    site_id: siteId,
    day: event.day,
    name: event.name ?? 'pageview',
    visitor_id: String(event.visitor),
    session_id: sessionOf(event.day, event.visitor),
    received_at: cell(startOf(event.day, event.at)),
    inserted_at: event.insertedAt ?? settledAt,
    event_id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    event_no: i + 1,
    pageview_no: 1,
    interaction_no: event.name === 'exposure' ? 1 : i + 1,
    hostname: 'shop.example',
    pathname: event.pathname ?? '/pricing',
    entry_page: '/pricing',
    props: event.props ?? {},
    device: event.device ?? 'desktop',
    source: event.source ?? 'Google',
    country: event.country ?? 'US',
  }))
  await client.insert({ table: 'events', values, format: 'JSONEachRow' })
}

/** The exposure of a visitor to a variant. */
export const exposure = (
  event: Omit<TestEvent, 'name' | 'props'> & { experiment: number; phase?: number; variant: string },
): TestEvent => ({
  ...event,
  name: 'exposure',
  props: {
    experiment: String(event.experiment),
    phase: String(event.phase ?? 1),
    variant: event.variant,
  },
})

export type TestPayment = {
  id: string
  visitor: number
  visitDay: string
  at: number
  amount: number
  currency?: string
  settled?: { amount: number; currency: string }
  livemode?: boolean
  kind?: 'one_off' | 'first' | 'renewal'
  chargedOn?: string
  insertedAt?: string
  version?: number
}

/** Writes payments as the verifier would; `at` is the time of the charge in seconds. */
export async function addPayments(
  client: ClickHouseClient,
  siteId: number,
  payments: readonly TestPayment[],
): Promise<void> {
  const values = payments.map((payment) => ({
    site_id: siteId,
    payment_id: payment.id,
    provider: 'stripe',
    account_id: 'acct_1',
    livemode: payment.livemode ?? true,
    kind: payment.kind ?? 'one_off',
    charged_at: cell(startOf(payment.chargedOn ?? payment.visitDay, payment.at)),
    day: payment.chargedOn ?? payment.visitDay,
    amount: payment.amount,
    currency: payment.currency ?? 'usd',
    settled_amount: payment.settled?.amount ?? null,
    settled_currency: payment.settled?.currency ?? '',
    visitor_id: String(payment.visitor),
    session_id: sessionOf(payment.visitDay, payment.visitor),
    visit_day: payment.visitDay,
    confidence: 'exact',
    verified_at: cell(startOf(payment.chargedOn ?? payment.visitDay, payment.at)),
    version: payment.version ?? 1,
    inserted_at: payment.insertedAt ?? settledAt,
  }))
  await client.insert({ table: 'payments', values, format: 'JSONEachRow' })
}

export type TestDeduction = {
  table: 'refunds' | 'disputes'
  id: string
  paymentId: string
  deducted: number
  settled?: { amount: number; currency: string }
  insertedAt?: string
  version?: number
}

/** Writes a refund or a dispute as the verifier would. */
export async function addDeduction(
  client: ClickHouseClient,
  siteId: number,
  { table, id, paymentId, deducted, settled, insertedAt = settledAt, version = 1 }: TestDeduction,
): Promise<void> {
  const row = {
    site_id: siteId,
    [table === 'refunds' ? 'refund_id' : 'dispute_id']: id,
    payment_id: paymentId,
    provider: 'stripe',
    account_id: 'acct_1',
    livemode: true,
    status: 'succeeded',
    day: '2026-11-20',
    amount: deducted,
    currency: 'usd',
    deducted,
    settled_deducted: settled?.amount ?? null,
    settled_currency: settled?.currency ?? '',
    version,
    inserted_at: insertedAt,
  }
  await client.insert({ table, values: [row], format: 'JSONEachRow' })
}
