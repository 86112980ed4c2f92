import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AcceptedRows, EventRow } from '../accepted-rows.ts'
import { type RecentEvents, recentEventMs } from './recent-events.ts'
import { createTextPool, pooledAttributes, type TextPool } from './text-pool.ts'
import type { Visits } from './visits.ts'

/** So many requests are taken in before other work gets its turn: some milliseconds. */
const turnRequests = 1_000

/**
 * Restores visits, their claims and the ids of recent events from the rows that were accepted lately, which may not be
 * in ClickHouse yet. The rows are the journal's own and not checked again.
 *
 * @param now ms
 */
export async function restoreJournal(
  recentRows: AsyncIterable<AcceptedRows>,
  { visits, recentEvents }: { visits: Visits; recentEvents: RecentEvents },
  now: number,
): Promise<void> {
  const pool = createTextPool()
  let requests = 0
  for await (const rows of recentRows) {
    for (const event of rows.events) {
      if (event.visitor_id !== 0n) restoreEvent(event, visits, pool)
      if (event.received_at > now - recentEventMs)
        recentEvents.add(event.site_id, event.event_id, null, event.received_at)
    }
    restoreClaims(rows, visits)
    requests += 1
    if (requests % turnRequests === 0) await nextTurn()
  }
}

function restoreEvent(event: EventRow, visits: Visits, pool: TextPool): void {
  const { site_id, visitor_id, session_id, day, received_at } = event
  const found = {
    site_id,
    visitor_id,
    session_id,
    day,
    last_at: received_at,
    events: event.event_no,
    pageviews: event.pageview_no,
    interactions: event.interaction_no,
  }
  visits.restore(found, () => pooledAttributes(event, pool))
}

function restoreClaims(rows: AcceptedRows, visits: Visits): void {
  for (const claim of rows.claims) {
    const visit = visits.last(claim.visitor_id, claim.claimed_at)
    if (visit?.session_id !== claim.session_id) continue
    visits.claim(visit, claim.stripe_session_id)
    if (claim.confidence === 'same_visitor') visit.continued = true
  }
}
