import { mkdirSync } from 'node:fs'
import type { ClickHouseClient } from '@clickhouse/client'
import { pino } from 'pino'
import { accept } from '../../collector/accept.ts'
import type { AcceptedRows } from '../../collector/accepted-rows.ts'
import type { Sender } from '../../collector/candidate.ts'
import { openEventStore } from '../../collector/delivery/event-store.ts'
import { createCollection } from '../../collector/load-collection.ts'
import type { Visit } from '../../collector/visitor/visits.ts'
import type { Config } from '../../schema/config.ts'
import { makeVisitReference } from '../../schema/event/visit-reference.ts'
import { addressKey } from '../../schema/process/client-address.ts'
import type { Site } from '../../schema/site/read-sites.ts'
import type { StripeDouble } from '../stripe-double/double.ts'
import type { Random } from '../stripe-double/random.ts'
import { findAddresses } from './addresses.ts'
import { countries, type Product, type SimulatedVisit, simulateVisits } from './shop-traffic.ts'

export type HistoryOptions = {
  config: Config
  client: ClickHouseClient
  site: Site
  double: StripeDouble
  /** The Payment Link of each product's name. */
  links: Map<string, string>
  random: Random
  /** ms since 1970, and visits a day. */
  period: { from: number; to: number; perDay: number }
  /** A folder of its own, for a journal that is empty again at the end. */
  folder: string
}

type Step = { at: number; visit: Guest; path: string; buys: Product | null }
type Guest = SimulatedVisit & { address: string; seen: Visit | null }

/** Buyers whose browser gave the visit's reference to Stripe, so that the credit is exact. */
const referenced = 0.7
const rowsAtOnce = 1_000

/**
 * Writes what the sample shop's visitors did in the past, through the collector's own acceptance with a clock that
 * runs through the period, and lets its buyers pay at the double. The verifier does the rest.
 *
 * @returns how many visits and purchases were written
 */
export async function writeHistory(options: HistoryOptions): Promise<{ visits: number; purchases: number }> {
  const { config, client, random, period, folder } = options
  mkdirSync(folder, { recursive: true })
  const log = pino({ level: 'silent' })
  const clock = { now: Date.now() }
  const now = () => clock.now
  const collection = await createCollection(config, { client, folder, log, now })
  await Promise.all([collection.sites.refresh(), collection.salts.refresh()])
  const store = await openEventStore({
    folder: `${folder}/journal`,
    client,
    log,
    now: Date.now,
    maxBytes: config.JOURNAL_MAX_BYTES,
    drainMs: 120_000,
    onFatal: (error) => {
      throw error
    },
  })

  const wanted = Object.entries(countries).map(([code, share]) => [code, Math.ceil(share * 5_000)])
  const addresses = findAddresses(
    Object.fromEntries(wanted),
    (each) => collection.places(each).country,
    random,
  )
  const guests = [...simulateVisits(period, random)].map((visit): Guest => {
    const pool = addresses.get(visit.country) ?? []
    return { ...visit, address: random.pick(pool) ?? '', seen: null }
  })

  let rows: AcceptedRows = { events: [], claims: [] }
  let purchases = 0
  for (const step of timeline(guests, period.to)) {
    clock.now = step.at
    if (step.buys) purchases++
    const path = step.buys ? `/thanks?stripe_session_id=${claimOf(step, options)}` : step.path
    const url = `https://${options.site.domain}${path}`
    const [outcome] = accept(
      { n: 'pageview', u: url, d: options.site.domain, r: step.visit.seen ? '' : step.visit.referrer },
      senderOf(step),
      collection,
    )
    if (outcome?.kind !== 'accepted') continue
    step.visit.seen = outcome.visit
    rows.events.push(outcome.event)
    if (outcome.claim) rows.claims.push(outcome.claim)
    if (rows.events.length < rowsAtOnce) continue
    await store.append(rows)
    rows = { events: [], claims: [] }
  }
  await store.append(rows)
  await store.close()
  return { visits: guests.length, purchases }
}

/** Every pageview of every visit, in the order in which they happened. */
function timeline(guests: readonly Guest[], end: number): Step[] {
  const steps = guests.flatMap((visit): Step[] => [
    { at: visit.startedAt, visit, path: visit.landing, buys: null },
    ...visit.pages.map(({ path, after }) => ({ at: visit.startedAt + after, visit, path, buys: null })),
    ...(visit.purchase
      ? [{ at: visit.startedAt + visit.purchase.after, visit, path: '/thanks', buys: visit.purchase.product }]
      : []),
  ])
  return steps.filter((step) => step.at < end).sort((one, other) => one.at - other.at)
}

/** A few claims end otherwise than paid, as they do in life: an abandoned checkout, a slow bank, a made-up id. */
const abandoned = 0.02
const debited = 0.06
const forged = 0.07

/** Buys at the double, and gives the Checkout Session's id that comes back in the address. */
function claimOf({ at, visit, buys }: Step, { double, links, site, random }: HistoryOptions): string {
  const link = links.get(buys?.name ?? '')
  const reference =
    visit.seen && random.fraction() < referenced
      ? makeVisitReference(visit.seen.session_id, site.reference_key)
      : null
  const session = double.createCheckoutSession({
    ...(link ? { payment_link: link } : {}),
    client_reference_id: reference,
    at: at - 60_000,
  })
  const end = random.fraction()
  if (end < abandoned) return session.id
  if (end > debited && end < forged) return `cs_test_${random.token(40)}`
  double.pay(session.id, { at: at - 20_000, method: end < debited ? 'bank_debit' : 'card' })
  if (end < debited && at < Date.now() - 4 * 86_400_000)
    double.settleDelayed(session.id, { at: at + 3 * 86_400_000 })
  return session.id
}

function senderOf({ at, visit }: Step): Sender {
  return {
    now: at,
    address: visit.address,
    addressKey: addressKey(visit.address),
    userAgent: visit.userAgent,
    originHost: '',
    optsOut: false,
    events: 1,
    admitted: true,
    storing: async () => 'stored',
    settle: () => {},
  }
}
