import { randomBytes, randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { z } from 'zod'
import { type StripeDouble, startStripeDouble } from '../bench/stripe-double/double.ts'
import { instantCell, integer } from '../schema/clickhouse/cell.ts'
import { openTestDatabase, type TestDatabase } from '../schema/clickhouse/database-for-tests.ts'
import { readRows } from '../schema/clickhouse/read-rows.ts'
import { parseConfig } from '../schema/config.ts'
import { disputeRow, refundRow } from '../schema/payment/deduction-rows.ts'
import { paymentRow } from '../schema/payment/payment-row.ts'
import { sealSecret } from '../schema/sealed-secret.ts'
import { dayText, localDay } from '../schema/site/local-day.ts'
import { openHands } from './hands-for-tests.ts'
import { defaultPace, type Pace } from './pace.ts'
import { startVerifier } from './verifier.ts'

const masterKey = Buffer.alloc(32, 7)
const noLinks: string[] = []

/** Fast enough for a test; the waits between checks of a pending payment are travelled through by the clock. */
const testPace: Pace = {
  ...defaultPace,
  pollMs: 20,
  stripeTimeoutMs: 400,
  backoffMs: 50,
  restMs: 300,
  retestMs: 300,
  eventsEveryMs: null,
  sweepEveryMs: null,
}

const stateRow = z.object({
  state: z.string(),
  reason: z.string(),
  attempts: z.number(),
  next_attempt_at: z.string().nullable(),
  payment_id: z.string(),
})

/** A database, a Stripe and a clock, in which shops sell and a verifier runs. */
export async function openWorld() {
  const database = await openTestDatabase()
  let offset = 0
  const now = () => Date.now() + offset
  const double = await startStripeDouble({ now, limits: { testRate: 100, endpointRate: 100 } })
  const environment = {
    STRIPE_API_BASE: double.url,
    ALLOW_STRIPE_DOUBLE: '1',
    STRIPE_RATE_LIVE: '100',
    STRIPE_RATE_TEST: '100',
    MASTER_KEY: masterKey.toString('hex'),
  }
  const parsed = parseConfig(environment)
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  const config = { ...parsed.config, VERIFIER_PORT: 0 }
  let sites = 0
  const lines: string[] = []

  const contextWith = (log: string[]) => ({
    config,
    clickhouse: database.address,
    log: pino({ level: 'info' }, { write: (line) => log.push(line) }),
    now,
  })

  return {
    database,
    double,
    environment,
    now,
    /** Everything that the verifier logged. */
    logged: () => lines.join(''),
    /** Lets time pass. */
    travel: (ms: number) => {
      offset += ms
    },
    start: (pace: Partial<Pace> = {}) => startVerifier(contextWith(lines), { ...testPace, ...pace }),
    /** The verifier's parts, to be run by hand: nothing happens by itself. */
    hands: (pace: Partial<Pace> = {}) => openHands(contextWith(lines), { ...testPace, ...pace }),
    /** A site with a Stripe account of its own, or one that it shares with another. */
    shop: async (options: ShopOptions = {}) => {
      const shop = openShop({ database, double, now, site_id: ++sites }, options)
      await shop.saveSite()
      if (options.connected ?? true) await shop.connect(shop.account.keys.test.restricted)
      return shop
    },
    close: async () => {
      await double.close()
      await database.close()
    },
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>

type ShopOptions = {
  /** An account that another site has too. */
  account?: ReturnType<StripeDouble['createAccount']>
  method?: 'payment_links' | 'api' | 'webhook'
  connected?: boolean
  revenue_attribution?: boolean
  timezone?: string
  settles_in?: [string]
}
const eventList = z.object({
  data: z.array(
    z.object({ id: z.string(), type: z.string(), data: z.object({ object: z.object({ id: z.string() }) }) }),
  ),
})

type Ground = { database: TestDatabase; double: StripeDouble; now: () => number; site_id: number }
type VisitOptions = { source?: string; session_id?: bigint; visitor_id?: bigint; started?: number }

type ClaimOptions = VisitOptions & { confidence?: string; claimed?: number }

function openShop({ database, double, now, site_id }: Ground, options: ShopOptions) {
  const { writer } = database
  const account =
    options.account ??
    double.createAccount({ name: `Shop ${site_id}`, settles_in: options.settles_in ?? ['usd'] })
  const timezone = options.timezone ?? 'UTC'
  const reference_key = randomBytes(32).toString('hex')
  const insert = (table: string, values: Record<string, unknown>[]) =>
    writer.insert({ table, values, format: 'JSONEachRow' })
  const query = <Row>(sql: string, row: z.ZodType<Row>, params = {}) =>
    readRows(writer, { sql, params: { site_id, ...params }, row })
  const visit = ({ source = '', session_id, visitor_id = 7n, started = now() }: VisitOptions) => ({
    site_id,
    day: dayText(localDay(started, timezone)),
    visitor_id: String(visitor_id),
    session_id: String(session_id ?? BigInt(started) << 20n),
    entry_page: '/pricing',
    source,
    country: 'DE',
    browser: 'Firefox',
  })

  const insertClaims = (stripe_session_id: string, all: ClaimOptions[]) =>
    insert(
      'payment_claims',
      all.map(({ confidence = 'same_visit', claimed = now(), ...of }) => ({
        ...visit(of),
        stripe_session_id,
        claimed_at: instantCell(claimed),
        claim_id: randomUUID(),
        batch_id: '1',
        confidence,
      })),
    )

  return {
    site_id,
    account,
    reference_key,
    saveSite: () =>
      insert('sites', [
        {
          site_id,
          domain: `shop-${site_id}.example`,
          timezone,
          currency: 'usd',
          reference_key,
          revenue_attribution: options.revenue_attribution ?? true,
          created_at: instantCell(now()),
          version: String(now() * 1000),
        },
      ]),
    /** What the dashboard does when the owner saves a key. */
    connect: (
      key: string,
      { sealedWith = masterKey, livemode = key.includes('_live_'), payment_links = noLinks } = {},
    ) =>
      insert('revenue_connections', [
        {
          site_id,
          provider: 'stripe',
          method: options.method ?? 'payment_links',
          payment_links,
          sealed_key: sealSecret(key, { siteId: site_id, purpose: 'stripe', livemode }, sealedWith),
          key_hint: `rk_test_...${key.slice(-4)}`,
          livemode,
          connected_at: instantCell(now()),
          version: String(now() * 1000),
        },
      ]),
    /** What the dashboard does when the owner takes the key back. */
    disconnect: () =>
      insert('revenue_connections', [
        { site_id, provider: 'stripe', sealed_key: '', deleted: true, version: String(now() * 1000 + 1) },
      ]),
    /** A browser opens the thank-you page. */
    claim: (stripe_session_id: string, of: ClaimOptions = {}) => insertClaims(stripe_session_id, [of]),
    /** Browsers open a thank-you page each. */
    claimAll: (ids: readonly string[]) =>
      insert(
        'payment_claims',
        ids.map((stripe_session_id) => ({
          ...visit({}),
          stripe_session_id,
          claimed_at: instantCell(now()),
          claim_id: randomUUID(),
          batch_id: '1',
          confidence: 'same_visit',
        })),
      ),
    /** Browsers open the same thank-you page. */
    claims: (stripe_session_id: string, all: ClaimOptions[]) => insertClaims(stripe_session_id, all),
    /** A pageview of a visit, which the table of visits takes in. */
    pageview: (of: VisitOptions & { session_id: bigint }) =>
      insert('events', [
        {
          ...visit(of),
          name: 'pageview',
          pathname: '/pricing',
          received_at: instantCell(now()),
          event_id: randomUUID(),
          event_no: 1,
          pageview_no: 1,
          interaction_no: 1,
        },
      ]),
    session: (params: Parameters<StripeDouble['createCheckoutSession']>[0] = {}) =>
      double.createCheckoutSession({ account: account.id, ...params }),
    /** A session that was paid by card. */
    sale: (
      params: Parameters<StripeDouble['createCheckoutSession']>[0] = {},
      how: Parameters<StripeDouble['pay']>[1] = {},
    ) => {
      const { id } = double.createCheckoutSession({ account: account.id, ...params })
      return double.pay(id, how)
    },
    states: () =>
      query(
        'SELECT state, reason, attempts, next_attempt_at, payment_id FROM claim_states FINAL WHERE site_id = {site_id:UInt32} ORDER BY stripe_session_id',
        stateRow,
      ),
    state: async (stripe_session_id: string) =>
      (
        await query(
          'SELECT state, reason, attempts, next_attempt_at, payment_id FROM claim_states FINAL WHERE site_id = {site_id:UInt32} AND stripe_session_id = {id:String}',
          stateRow,
          { id: stripe_session_id },
        )
      )[0],
    payments: () =>
      query('SELECT * FROM payments FINAL WHERE site_id = {site_id:UInt32} ORDER BY payment_id', paymentRow),
    refunds: () =>
      query('SELECT * FROM refunds FINAL WHERE site_id = {site_id:UInt32} ORDER BY refund_id', refundRow),
    disputes: () =>
      query('SELECT * FROM disputes FINAL WHERE site_id = {site_id:UInt32} ORDER BY dispute_id', disputeRow),
    reconciliation: async () =>
      (
        await query(
          'SELECT last_result, detail, sums FROM reconciliation FINAL WHERE site_id = {site_id:UInt32}',
          z.object({
            last_result: z.string(),
            detail: z.string(),
            sums: z.array(z.record(z.string(), z.union([z.literal(['usd', 'eur']), integer]))),
          }),
        )
      )[0],
    unassigned: () =>
      query(
        'SELECT payment_id, reason FROM unassigned_payments FINAL WHERE has(site_ids, {site_id:UInt32}) AND assigned_site_id = 0',
        z.object({ payment_id: z.string(), reason: z.string() }),
      ),
    /** Money of a day in a currency as reports add it up: gross, refunds and lost disputes, each on its own day. */
    days: () =>
      query(
        `SELECT day, currency, sum(gross) AS gross, sum(refunded) AS refunded, sum(lost) AS lost FROM (
           SELECT day, toString(currency) AS currency, amount AS gross, 0 AS refunded, 0 AS lost FROM payments FINAL WHERE site_id = {site_id:UInt32}
           UNION ALL SELECT day, toString(currency), 0, deducted, 0 FROM refunds FINAL WHERE site_id = {site_id:UInt32}
           UNION ALL SELECT day, toString(currency), 0, 0, deducted FROM disputes FINAL WHERE site_id = {site_id:UInt32}
         ) GROUP BY day, currency HAVING gross != 0 OR refunded != 0 OR lost != 0 ORDER BY day, currency`,
        z.object({ day: z.string(), currency: z.string(), gross: integer, refunded: integer, lost: integer }),
      ),
    /** The same as Stripe's own books have it. */
    ledgerDays: () =>
      double
        .ledger(account.id, { timezone })
        .days.map(({ day, currency, gross, refunded, lost }) => ({ day, currency, gross, refunded, lost })),
    /** What the dashboard does with the events that Stripe pushes to it. */
    push: (events: readonly { event_id: string; type: string; object_id: string }[]) =>
      insert(
        'stripe_events_inbox',
        events.map((event) => ({ site_id, ...event, received_at: instantCell(now()) })),
      ),
    /** What the dashboard does when an owner asks for a claim to be looked up again. */
    retry: (stripe_session_id: string) =>
      insert('claim_retries', [{ site_id, stripe_session_id, user_id: '1' }]),
    /** What the dashboard does with a payment that an owner's server reports. */
    report: (payment: Record<string, unknown>) =>
      insert('external_payments', [
        {
          site_id,
          provider: 'paypal',
          livemode: false,
          kind: 'one_off',
          charged_at: instantCell(now()),
          received_at: instantCell(now()),
          version: String(now() * 1000),
          ...payment,
        },
      ]),
    /** Every event of the account so far, oldest first, as Stripe lists them. */
    events: async () => {
      const response = await fetch(`${double.url}/v1/events?limit=100`, {
        headers: { authorization: `Bearer ${account.keys.test.secret}` },
      })
      const { data } = eventList.parse(await response.json())
      return data
        .map(({ id, type, data: { object } }) => ({ event_id: id, type, object_id: object.id }))
        .reverse()
    },
    health: async () =>
      (
        await query(
          'SELECT state, detail FROM connection_health FINAL WHERE site_id = {site_id:UInt32}',
          z.object({ state: z.string(), detail: z.string() }),
        )
      )[0],
    /** How often Stripe was asked anything with one of the shop's test keys. */
    calls: () =>
      double.requests.filter(
        ({ key }) => key === account.keys.test.restricted || key === account.keys.test.secret,
      ).length,
    /** How often Stripe was asked about a session. */
    reads: (stripe_session_id: string) =>
      double.requests.filter((request) => request.path === `/v1/checkout/sessions/${stripe_session_id}`)
        .length,
    fault: (fault: Omit<Parameters<StripeDouble['faults']['set']>[0], 'account'>) =>
      double.faults.set({ ...fault, account: account.id }),
  }
}

export type Shop = Awaited<ReturnType<World['shop']>>
