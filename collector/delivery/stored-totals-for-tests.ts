import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { readRows } from '../../schema/clickhouse/read-rows.ts'

const totals = z.object({
  events: z.coerce.number(),
  distinctEvents: z.coerce.number(),
  sessions: z.coerce.number(),
  /** Visits whose row in `sessions` is missing or differs from what their events say. */
  wrongSessions: z.coerce.number(),
  claims: z.coerce.number(),
})

/** What the tables hold, and whether `sessions` agrees with the facts. */
export async function storedTotals(client: ClickHouseClient): Promise<z.infer<typeof totals>> {
  const [row] = await readRows(client, {
    sql: `
      WITH facts AS (
        SELECT session_id, max(event_no) AS events, max(pageview_no) AS pageviews, max(received_at) AS ended_at,
               argMax(pathname, pageview_no) AS exit_page
        FROM events GROUP BY session_id
      ), visits AS (
        SELECT session_id, max(events) AS events, max(pageviews) AS pageviews, max(ended_at) AS ended_at,
               argMaxMerge(exit_page) AS exit_page
        FROM sessions GROUP BY session_id
      )
      SELECT
        (SELECT count() FROM events) AS events,
        (SELECT uniqExact(event_id) FROM events) AS distinctEvents,
        (SELECT count() FROM visits) AS sessions,
        (SELECT count() FROM facts FULL JOIN visits USING (session_id)
         WHERE (facts.events, facts.pageviews, facts.ended_at, facts.exit_page)
            != (visits.events, visits.pageviews, visits.ended_at, visits.exit_page)) AS wrongSessions,
        (SELECT count() FROM payment_claims) AS claims`,
    row: totals,
  })
  if (!row) throw new Error('the engine gave no totals')
  return row
}
