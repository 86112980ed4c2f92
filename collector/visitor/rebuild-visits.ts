import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { date, instant, integer, uint64 } from '../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../schema/clickhouse/read-rows.ts'
import { visitAttributes } from '../../schema/event/visit-attributes.ts'
import { dayNumber } from '../../schema/site/local-day.ts'
import type { AcceptedRows, EventRow } from '../accepted-rows.ts'
import { type Visit, type Visits, visitMemory } from './visits.ts'

const sql = sqlBeside(import.meta.url)

const row = z
  .object({
    site_id: z.number(),
    visitor_id: uint64,
    session_id: uint64,
    day: date.transform(dayNumber),
    last_at: instant,
    events: integer,
    pageviews: integer,
    interactions: integer,
    ...visitAttributes.shape,
  })
  .transform((cells): Visit => {
    const { site_id, visitor_id, session_id, day, last_at, events, pageviews, interactions, ...attributes } =
      cells
    const counts = { last_at, events, pageviews, interactions }
    return {
      site_id,
      visitor_id,
      session_id,
      day,
      ...counts,
      attributes,
      continued: false,
      claims: [],
      reference: null,
    }
  })

/**
 * Restores the visits of the last 24 hours from the table `sessions`, the latest of each visitor.
 *
 * @param now ms
 * @throws when ClickHouse cannot answer
 */
export async function rebuildFromTable(client: ClickHouseClient, visits: Visits, now: number): Promise<void> {
  const params = { since: now - visitMemory, limit: 1_000_000 }
  const found = await readRows(client, { sql: sql(), params, row })
  for (const visit of found.toReversed()) visits.restore(visit)
}

function visitOf(event: EventRow): Visit {
  const { site_id, visitor_id, session_id, day, received_at } = event
  return {
    site_id,
    visitor_id,
    session_id,
    day,
    last_at: received_at,
    events: event.event_no,
    pageviews: event.pageview_no,
    interactions: event.interaction_no,
    attributes: visitAttributes.parse(event),
    continued: false,
    claims: [],
    reference: null,
  }
}

/** Restores the visits of rows that were accepted but may not be in ClickHouse yet. */
export function rebuildFromRows(rows: AcceptedRows, visits: Visits): void {
  for (const event of rows.events) if (event.visitor_id !== 0n) visits.restore(visitOf(event))
  for (const claim of rows.claims) {
    const visit = visits.last(claim.visitor_id, claim.claimed_at)
    if (visit?.session_id !== claim.session_id) continue
    visits.claim(visit, claim.stripe_session_id)
    if (claim.confidence === 'same_visitor') visit.continued = true
  }
}
