import type { ClickHouseClient } from '@clickhouse/client'
import { z } from 'zod'
import { instant, instantCell, integer } from '../../../schema/clickhouse/cell.ts'
import { readRows, sqlBeside } from '../../../schema/clickhouse/read-rows.ts'
import { dropReasons } from '../../../schema/event/drop-reason.ts'
import { dayText, localDay, zoneAt } from '../../../schema/site/local-day.ts'
import type { Site } from '../../../schema/site/read-sites.ts'
import type { Live } from '../../contract/sites.ts'
import { readDropped } from './dropped.ts'

const sql = sqlBeside(import.meta.url)
const activeMs = 5 * 60_000
// The collector counts what it can give to no site under this id (0009-dropped.sql).
const noSite = 0
const row = z.object({
  events: integer,
  first_event_at: instant,
  last_event_at: instant,
  visitors_now: integer,
})

/** Whether a site's events arrive: who is there now, the first and last event, and what was dropped in 7 days. */
export async function readLive(
  client: ClickHouseClient,
  site: Site,
  now: number,
): Promise<Omit<Live, 'unknown_site'>> {
  const params = { site_id: site.site_id, active_since: instantCell(now - activeMs) }
  const from = dayText(localDay(now, zoneAt(site, now)) - 6)
  const [[live], dropped] = await Promise.all([
    readRows(client, { sql: sql(), params, row }),
    readDropped(client, site.site_id, from),
  ])
  const seen = live !== undefined && live.events > 0
  return {
    visitors_now: live?.visitors_now ?? 0,
    first_event_at: seen ? new Date(live.first_event_at).toISOString() : null,
    last_event_at: seen ? new Date(live.last_event_at).toISOString() : null,
    dropped: dropped.map(({ reason, count, last_at }) => ({
      reason,
      text: dropReasons[reason].text,
      count,
      last_at: new Date(last_at).toISOString(),
    })),
  }
}

/** What came today and yesterday (UTC) for domains that are not set up here: a mistyped data-domain looks like this. */
export async function readUnknownSite(client: ClickHouseClient, now: number): Promise<Live['unknown_site']> {
  const dropped = await readDropped(client, noSite, dayText(localDay(now, 'UTC') - 1))
  const unknown = dropped.find(({ reason }) => reason === 'unknown_site')
  if (unknown === undefined) return null
  return {
    text: 'Events for a domain that is not set up here: check data-domain in the snippet.',
    count: unknown.count,
    last_at: new Date(unknown.last_at).toISOString(),
  }
}
