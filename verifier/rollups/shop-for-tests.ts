import type { ClickHouseClient } from '@clickhouse/client'
import { instantCell } from '../../schema/clickhouse/cell.ts'
import { dayText, localDay } from '../../schema/site/local-day.ts'

/** A visit of site 1 by its visitor and start, with the seconds after the start at which its pages were seen. */
export type TestVisit = { visitor: number; start: string; pages: Record<number, string> }

const sessionOf = ({ visitor, start }: Pick<TestVisit, 'visitor' | 'start'>) =>
  (BigInt(Date.parse(start)) << 20n) + BigInt(visitor)

/** Writes site 1, or a further version of it. */
export async function writeSite(
  client: ClickHouseClient,
  zone: Record<string, string | number>,
): Promise<void> {
  const site = {
    site_id: 1,
    domain: 'shop.example',
    currency: 'eur',
    reference_key: '0'.repeat(64),
    created_at: '2026-01-01 00:00:00.000',
  }
  await client.insert({ table: 'sites', values: [{ ...site, ...zone }], format: 'JSONEachRow' })
}

/** Writes events of a visit: those from `since` seconds on. */
export async function writeVisit(
  client: ClickHouseClient,
  visit: TestVisit,
  { timezone = 'UTC', since = 0 } = {},
): Promise<void> {
  const start = Date.parse(visit.start)
  const steps = Object.entries(visit.pages)
  const values = steps.map(([seconds, pathname], index) => ({
    site_id: 1,
    day: dayText(localDay(start, timezone)),
    name: 'pageview',
    visitor_id: String(visit.visitor),
    session_id: String(sessionOf(visit)),
    received_at: instantCell(start + Number(seconds) * 1_000),
    event_id: crypto.randomUUID(),
    event_no: index + 1,
    pageview_no: index + 1,
    interaction_no: index + 1,
    pathname,
    entry_page: steps[0]?.[1] ?? '',
    source: 'Google',
  }))
  const late = values.filter((_, index) => Number(steps[index]?.[0]) >= since)
  await client.insert({ table: 'events', values: late, format: 'JSONEachRow' })
}

/** Writes a version of a payment of 10 EUR on a day; of a visit, or of nobody. */
export async function writePayment(
  client: ClickHouseClient,
  payment: { id: string; at: string; version: number; visit?: TestVisit },
): Promise<void> {
  const { id, at, version, visit } = payment
  const earned = visit && {
    visitor_id: String(visit.visitor),
    session_id: String(sessionOf(visit)),
    visit_day: visit.start.slice(0, 10),
    source: 'Google',
  }
  const row = {
    site_id: 1,
    payment_id: id,
    livemode: true,
    charged_at: instantCell(Date.parse(at)),
    day: at.slice(0, 10),
    amount: '1000',
    currency: 'eur',
    confidence: visit ? 'exact' : 'unattributed',
    version: String(version),
    ...earned,
  }
  await client.insert({ table: 'payments', values: [row], format: 'JSONEachRow' })
}
